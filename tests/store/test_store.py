"""The store keeps what it was given, notices what was changed, and survives a kill."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline.errors import ConfigurationError, InputRefused, LockHeld, UsageProblem, WorkspaceDamaged
from pipeline.records import Audience, Refused, Transcript, Word
from pipeline.store import Workspace, terms
from pipeline.store.codec import decode, encode, key_of
from pipeline.store.registry import Registry, entry_id, printable
from tests.database_server import behind
from tests.store.making import session
from tests.vault_files import changed, stored

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_sealed_file_is_private_and_named_by_its_bytes(workspace: Workspace, tmp_path: Path) -> None:
    original = tmp_path / "sound.wav"
    original.write_bytes(b"RIFF" * 100)
    before = original.stat()
    sealed = workspace.vault.seal(original, kind="media")
    again = workspace.vault.seal(original, kind="media")
    place = workspace.vault.path(sealed.digest)
    assert again == sealed
    assert place.read_bytes() == original.read_bytes()
    assert (mode(place), mode(place.parent), mode(workspace.vault.root)) == (0o600, 0o700, 0o700)
    assert (original.stat().st_mtime_ns, original.stat().st_mode) == (before.st_mtime_ns, before.st_mode)


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_only_plain_files_are_sealed(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    odd = tmp_path / "odd"
    if kind == "link":
        odd.symlink_to(__file__)
    else:
        os.mkfifo(odd)
    with pytest.raises(InputRefused):
        workspace.vault.seal(odd, kind="media")
    assert list(workspace.vault.digests()) == []


def test_a_changed_byte_in_the_vault_is_found(workspace: Workspace, tmp_path: Path) -> None:
    original = tmp_path / "sound.wav"
    original.write_bytes(b"sound")
    sealed = workspace.vault.seal(original, kind="media")
    assert workspace.vault.damaged() == []
    changed(stored(workspace.vault, sealed.digest))
    assert workspace.vault.damaged() == [sealed.digest]
    stored(workspace.vault, sealed.digest).unlink()
    with pytest.raises(WorkspaceDamaged):
        workspace.vault.path(sealed.digest)


def test_what_a_kill_left_half_copied_is_swept(workspace: Workspace) -> None:
    half = workspace.vault.root / ".partial-1"
    half.write_bytes(b"half")
    (workspace.scratch / "job").mkdir()
    workspace.sweep()
    assert not half.exists()
    assert list(workspace.scratch.iterdir()) == []


def test_an_entry_of_the_ledger_is_written_once_and_cannot_be_changed(workspace: Workspace) -> None:
    assert workspace.ledger.append("session", "one", {"files": 1})
    assert not workspace.ledger.append("session", "one", {"files": 2})
    assert workspace.ledger.append("session", "two", {"files": 1})
    assert workspace.ledger.verify() == 2
    with workspace.db.begin() as connection:
        connection.execute(text("UPDATE ledger SET body = replace(body, '1', '2') WHERE seq = 1"))
    with pytest.raises(WorkspaceDamaged, match="entry 1"):
        workspace.ledger.verify()


def test_a_missing_entry_of_the_ledger_is_noticed(workspace: Workspace) -> None:
    for key in "abc":
        workspace.ledger.append("session", key, {})
    with workspace.db.begin() as connection:
        connection.execute(text("DELETE FROM ledger WHERE seq = 2"))
    with pytest.raises(WorkspaceDamaged):
        workspace.ledger.verify()


def test_what_is_cut_off_the_ledger_is_noticed_and_a_lost_head_is_no_excuse(workspace: Workspace) -> None:
    for key in "ab":
        workspace.ledger.append("session", key, {})
    before = (workspace.root / "heads").read_bytes()
    workspace.ledger.append("session", "c", {})
    newest = (workspace.root / "heads").read_bytes()
    (workspace.root / "heads").write_bytes(before)
    workspace.ledger.check()
    (workspace.root / "heads").write_bytes(newest)
    with workspace.db.begin() as connection:
        connection.execute(text("DELETE FROM ledger WHERE seq = 3"))
    with pytest.raises(WorkspaceDamaged, match="before entry 3") as caught:
        workspace.ledger.verify()
    assert caught.value.code == 8
    (workspace.root / "heads").write_bytes(newest.replace(b"ledger 3", b"ledger 2"))
    with pytest.raises(WorkspaceDamaged, match="heads"):
        workspace.ledger.check()
    (workspace.root / "heads").unlink()
    with pytest.raises(WorkspaceDamaged, match="heads"):
        workspace.ledger.check()


def test_the_same_recording_in_two_folders_is_one_session(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    first = registry.take(Path("/inbox/one"), "f1", session())
    second = registry.take(Path("/inbox/two"), "f2", session())
    assert (first.status, second.status) == ("taken", "duplicate")
    assert second.session_id == first.session_id
    assert len(list(registry.sessions())) == 1


def test_a_corrected_session_keeps_its_id(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    registry.take(Path("/inbox/one"), "f1", session())
    corrected = registry.take(Path("/inbox/one"), "f2", session("2026-11-17-aaaaaaaa", title="corrected"))
    assert corrected.session_id == "2026-11-18-aaaaaaaa"
    assert [found.title for found in registry.sessions()] == ["corrected"]
    assert workspace.ledger.verify() == 2


def test_a_refused_folder_is_remembered_without_its_name(workspace: Workspace) -> None:
    path = Path("/inbox/Halcyon Freight")
    taken = Registry(workspace.db).take(path, "f", Refused(reason="empty", action="send it again"))
    assert (taken.status, taken.reason, taken.session_id) == ("refused", "empty", None)
    assert "Halcyon" not in entry_id(path)


def test_one_run_at_a_time(workspace: Workspace) -> None:
    with workspace.locked(), pytest.raises(LockHeld), Workspace.open(workspace.root).locked():
        pytest.fail("two runs held the lock")


def test_a_workspace_is_not_made_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageProblem):
        Workspace.create(tmp_path)
    with pytest.raises(ConfigurationError):
        Workspace.open(tmp_path)


def test_a_broken_database_is_told_from_a_whole_one(workspace: Workspace, each_database: str) -> None:
    if each_database == "postgresql":
        with behind(workspace) as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
        with pytest.raises(ConfigurationError, match="holds no workspace"):
            Workspace.open(workspace.root)
        return
    workspace.db.dispose()
    (workspace.root / "offrecord.db").write_bytes(b"not a database" * 1000)
    for name in ("offrecord.db-wal", "offrecord.db-shm"):
        (workspace.root / name).unlink(missing_ok=True)
    with pytest.raises(WorkspaceDamaged):
        Workspace.open(workspace.root)


def test_what_is_withdrawn_renditions_leaves_the_output_folder_but_is_not_lost(workspace: Workspace) -> None:
    out = workspace.out / "s" / "internal"
    out.mkdir(parents=True)
    (out / "audio.m4a").write_bytes(b"sound")
    assert workspace.retract("s", Audience.INTERNAL)
    assert not workspace.retract("s", Audience.INTERNAL)
    assert list(workspace.out.iterdir()) == []
    assert [path.read_bytes() for path in workspace.withdrawn.rglob("*.m4a")] == [b"sound"]


def test_secrets_of_the_workspace_stay_the_same_and_private(workspace: Workspace) -> None:
    key = workspace.key("alias")
    assert key == workspace.key("alias") != workspace.key("identity")
    assert (len(key), mode(workspace.root / "keys" / "alias")) == (32, 0o600)


words = st.builds(
    Word,
    start_s=st.floats(0, 1e5),
    end_s=st.floats(0, 1e5),
    time_uncertainty_s=st.floats(0, 1),
    text=st.text(),
    probability=st.floats(0, 1),
    track_id=st.text(),
    participant_id=st.none() | st.text(),
)


@given(st.lists(words))
def test_a_record_comes_back_as_it_was_kept(heard: list[Word]) -> None:
    transcript = Transcript(engine="sphinx", words=tuple(heard), speech_s=1.5)
    assert decode(encode(transcript), Transcript) == transcript


def test_a_key_depends_on_every_part_and_not_on_the_order_of_a_set() -> None:
    names = [f"name {number}" for number in range(50)]
    assert key_of(frozenset(names)) == key_of(frozenset(reversed(names)))
    assert key_of("ab", "c") != key_of("a", "bc")


def test_an_unreadable_stage_result_is_made_again(workspace: Workspace) -> None:
    workspace.stages.put("speech", "k", Transcript(engine="sphinx", words=()))
    assert workspace.stages.get("speech", "k", Transcript) is not None
    (workspace.stages.root / "speech" / "k.json").write_text("{")
    assert workspace.stages.get("speech", "k", Transcript) is None


def test_a_wrong_term_list_names_the_key_and_never_the_term(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text('[[terms]]\ntext = "Project Falcon"\nkynd = "product"\n')
    with pytest.raises(ConfigurationError, match="kynd") as caught:
        terms.read(tmp_path)
    assert "Falcon" not in str(caught.value)


@pytest.mark.parametrize("name", ["terms.toml", "offrecord.toml", "jurisdictions.toml"])
def test_a_workspace_without_its_lists_or_settings_is_not_opened(
    workspace: Workspace, name: str, each_database: str
) -> None:
    # What a list takes out, or a setting closes, does not come back because a hand removed the file.
    (workspace.root / name).unlink()
    if (name, each_database) == ("offrecord.toml", "postgresql"):
        for _ in range(2):  # nobody knows where the database is, also when the file is made anew
            with pytest.raises(ConfigurationError, match="no workspace"):
                Workspace.open(workspace.root)
            (workspace.root / name).touch()
        return
    with pytest.raises(ConfigurationError, match=f"{name} is missing"):
        Workspace.open(workspace.root)
    (workspace.root / name).touch()
    assert Workspace.open(workspace.root)


def test_lock_files_are_private_whatever_the_umask(workspace: Workspace) -> None:
    from pipeline import consent

    before = os.umask(0o000)
    try:
        (workspace.root / "lock").unlink(missing_ok=True)
        (workspace.root / "lock").touch(mode=0o666)
        with workspace.locked():
            workspace.ledger.append("session", "one", {})
            consent.verify_chain(workspace)
    finally:
        os.umask(before)
    locks = {path.name: mode(path) for path in workspace.root.glob("*lock")}
    assert locks == dict.fromkeys(("lock", "heads.lock", "consent.lock"), 0o600)


def test_a_lock_that_is_a_link_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    (workspace.root / "lock").unlink(missing_ok=True)
    (workspace.root / "lock").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="lock"), workspace.locked():
        pytest.fail("the link was followed")
    assert (tmp_path / "other").read_text() == "mine"


def test_a_folders_name_is_shown_without_what_a_terminal_would_do() -> None:
    assert printable("/in/a\x1b[2Jb\n\u202ec\u0085é") == "/in/a\\x1b[2Jb\\n\\u202ec\\x85é"
