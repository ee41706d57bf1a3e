"""What the database has of a session cannot be read without the keys, nor what was erased from it with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import WorkspaceDamaged
from pipeline.records import ChatLine, Cue, Participant, Session
from pipeline.store import Workspace, integrity, outlines, record_cipher, record_keys
from pipeline.store.codec import canonical, encode
from pipeline.store.database import reading
from pipeline.store.key_ring import OF_RECORDS, KeyRing
from pipeline.store.record_cipher import RecordCipher
from pipeline.store.registry import Registry
from pipeline.store.tables.changes import session_index
from pipeline.store.tables.runs import session as session_table
from pipeline.store.tables.runs import session_outline
from pipeline.workflow import session_index as index
from pipeline.workflow.vault_keys import encrypt_vault
from tests.database_server import behind
from tests.store.making import session
from tests.vault_files import plain_from_now_on

pytestmark = pytest.mark.usefixtures("each_database")

WORDS = ("Halcyon", "launches", "bluebird", "Tamsin", "Okafor", "Brightwater")
FULL = replace(
    session(title="Halcyon plans"),
    host="Brightwater",
    participants=(Participant(participant_id="p1", name="Tamsin Okafor", company="Brightwater"),),
    captions=(Cue(participant_id="p1", text="it launches in May", start_s=0.0, end_s=2.0),),
    chat=(ChatLine(participant_id="p1", at_s=1.0, text="bluebird"),),
    notes=("Halcyon",),
)
Opened = Callable[[Path], Workspace]


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Opened) -> Workspace:
    opened = new_workspace(tmp_path / "ws")
    Registry(opened.db).take(Path("/inbox/one"), "f1", FULL)
    return opened


def stored(workspace: Workspace, session_id: str = FULL.session_id) -> str:
    with reading(workspace.db) as connection:
        row = connection.execute(session_table.select().where(session_table.c.session_id == session_id)).one()
    return str(row.body)


def everything(workspace: Workspace) -> str:
    """Every value of the tables that are about sessions."""
    with reading(workspace.db) as connection:
        tables = (session_table, session_outline, session_index)
        return " ".join(str(value) for table in tables for row in connection.execute(table.select()) for value in row)


def test_nothing_that_was_said_written_or_named_is_in_the_database(workspace: Workspace) -> None:
    index.sessions_of(workspace, ["nobody"])
    text = everything(workspace)
    assert FULL.session_id in text
    assert not [word for word in WORDS if word.lower() in text.lower()]
    assert Registry(workspace.db).session(FULL.session_id) == FULL
    assert list(Registry(workspace.db).sessions()) == [FULL]
    with reading(workspace.db) as connection:
        (names,) = outlines.distinct_names(connection)
    assert {term.text for term in outlines.terms_of(names)} == {"Tamsin Okafor"}


def test_a_record_stays_under_its_key_until_something_is_erased_from_it(workspace: Workspace) -> None:
    records, before = Registry(workspace.db), stored(workspace)
    records.rewrite(replace(FULL, title="Halcyon, again"))
    assert record_cipher.owner_of(stored(workspace)) == record_cipher.owner_of(before)
    records.rewrite_erased(replace(FULL, title="", captions=()))
    assert record_cipher.owner_of(stored(workspace)) != record_cipher.owner_of(before)
    assert "launches" in workspace.records.open(before), "its key is there until the erasure ends"
    record_keys.drop_unused(workspace.db)
    with pytest.raises(WorkspaceDamaged, match="has no key"):
        workspace.records.open(before)
    assert records.session(FULL.session_id) == replace(FULL, title="", captions=())
    assert integrity.changed_tables(workspace) == []


def test_texts_without_a_key_are_given_up_and_people_stay(workspace: Workspace) -> None:
    before = stored(workspace)
    Registry(workspace.db).rewrite_erased(replace(FULL, chat=()))
    record_keys.drop_unused(workspace.db)
    with workspace.db.begin() as connection:  # as a backup has it that is older than the erasure
        connection.execute(session_table.update().values(body=before))
    with pytest.raises(WorkspaceDamaged, match="has no key"):
        Registry(workspace.db).session(FULL.session_id)
    assert record_keys.give_up_lost_texts(workspace.db) == [FULL.session_id]
    textless = replace(FULL, title="", captions=(), chat=(), notes=())
    assert Registry(workspace.db).session(FULL.session_id) == textless
    assert record_keys.give_up_lost_texts(workspace.db) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda body, other: body[:-8] + ("A" if body[-8] != "A" else "B") + body[-7:],
        lambda body, other: ":".join((*body.split(":")[:3], other.split(":")[3])),
        lambda body, other: ":".join((*body.split(":")[:2], other.split(":")[2], body.split(":")[3])),
        lambda body, other: ":".join(body.split(":")[:3]),
        lambda body, other: body + "!",
    ],
)
def test_a_record_that_was_changed_or_made_of_two_is_none(
    workspace: Workspace, change: Callable[[str, str], str]
) -> None:
    other = replace(FULL, session_id="2026-11-19-bbbbbbbb", source_digest="b" * 64)
    Registry(workspace.db).take(Path("/inbox/two"), "f2", other)
    body = change(stored(workspace), stored(workspace, other.session_id))
    with behind(workspace) as connection:
        of_it = session_table.c.session_id == FULL.session_id
        connection.execute(session_table.update().where(of_it).values(body=body))
    with pytest.raises(WorkspaceDamaged, match="was changed"):
        Registry(workspace.db).session(FULL.session_id)


def test_names_that_were_changed_are_none(workspace: Workspace) -> None:
    sealed = workspace.records.seal_names("Tamsin Okafor")
    assert sealed == workspace.records.seal_names("Tamsin Okafor") != workspace.records.seal_names("Tamsin Okafo")
    for changed in (sealed[:-6] + "AAAA" + sealed[-2:], sealed[:-1], f"{sealed}!"):
        with pytest.raises(WorkspaceDamaged, match="was changed"):
            workspace.records.open_names(changed)


def test_what_an_earlier_version_stored_is_read_and_encrypted(tmp_path: Path, new_workspace: Opened) -> None:
    earlier = plain_from_now_on(new_workspace(tmp_path / "ws"))
    records = Registry(earlier.db)
    others = [replace(FULL, session_id=f"2026-11-19-{at:08}", source_digest=f"{at:064}") for at in range(3)]
    for at, each in enumerate((FULL, *others)):
        records.take(Path(f"/inbox/{at}"), "f", each)
    index.sessions_of(earlier, ["nobody"])
    before, text = (records.digests(), records.names()), everything(earlier)
    assert [word for word in WORDS if word not in text] == []
    encrypt_vault(earlier)
    assert not [word for word in WORDS if word.lower() in everything(earlier).lower()]
    assert list(records.sessions()) == [FULL, *others]
    assert (records.digests(), records.names()) == before, "so that no session is due for it"
    assert record_keys.encrypt(earlier.db) == 0
    assert integrity.changed_tables(earlier) == []


def test_the_keys_of_records_are_made_for_an_earlier_version_and_missed_afterwards(
    tmp_path: Path, new_workspace: Opened
) -> None:
    opened = new_workspace(tmp_path / "ws")
    (opened.root / "keys" / OF_RECORDS).unlink()
    again = Workspace.open(opened.root)
    Registry(again.db).take(Path("/inbox/one"), "f1", FULL)
    assert Registry(again.db).session(FULL.session_id) == FULL
    (opened.root / "keys" / OF_RECORDS).unlink()
    with pytest.raises(WorkspaceDamaged, match=r"record_keys\.db is missing"):
        Workspace.open(opened.root)


def test_a_copy_from_before_an_erasure_is_not_opened_by_the_keys_of_today(workspace: Workspace, tmp_path: Path) -> None:
    before, keys = stored(workspace), tmp_path / OF_RECORDS
    shutil.copy(workspace.records.keys.path, keys)
    Registry(workspace.db).rewrite_erased(replace(FULL, title="", captions=(), chat=(), notes=()))
    record_keys.drop_unused(workspace.db)
    owner = record_cipher.owner_of(before)
    assert workspace.records.keys.find(owner) is None
    assert owner.encode() in keys.read_bytes() and owner.encode() not in workspace.records.keys.path.read_bytes()


class KeysOfTests:
    """One data key for everybody, without a file."""

    def ensure_each(self, owners: Iterable[str]) -> dict[str, bytes]:
        return dict.fromkeys(owners, b"d" * 32)

    find_each = ensure_each


@given(title=st.text(), said=st.text(), name=st.text(min_size=1))
def test_every_record_comes_back_as_it_was(title: str, said: str, name: str) -> None:
    cipher = RecordCipher(cast("KeyRing", KeysOfTests()), lambda: b"k" * 32, is_encrypted=lambda: True)
    whole: Session = replace(
        FULL,
        title=title,
        captions=(replace(FULL.captions[0], text=said),),
        participants=(replace(FULL.participants[0], name=name),),
    )
    body = encode(whole).decode()
    sealed = cipher.seal(FULL.session_id, body)
    assert canonical(cipher.open(sealed)) == body
    assert cipher.open_names(cipher.seal_names(title)) == title
