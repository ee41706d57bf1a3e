"""Any chain holds what was added to it, and nothing that was changed, moved, taken out or cut off passes for it."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, delete, insert, select, update

from pipeline.store import Workspace, database
from pipeline.store.chains import GENESIS, Chain, ChainTruncated, Head, Heads, HeadsLost, chained_tables, head_of
from pipeline.store.row_seals import Sealer
from pipeline.store.tables.schema import metadata

_METADATA = MetaData()
_TABLE = Table(
    "links",
    _METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("who", String(8), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("mark", String(80)),
)


class Changed(Exception):
    """A row of the table of these tests does not hold."""


CHAIN = Chain(_TABLE, repeats=("who",), changed=Changed)
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=4)
BODIES = st.lists(
    st.fixed_dictionaries({"who": st.text(max_size=8)}, optional={"what": VALUES, "at": VALUES}), min_size=1, max_size=6
)


@contextmanager
def stored(bodies: list[dict[str, Any]]) -> Iterator[tuple[Engine, list[Head]]]:
    """A database whose table of links holds these bodies, with the head after each."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(Path(folder) / "chain.db", Sealer(lambda: bytes(32)))
        with engine.begin() as connection:
            _METADATA.create_all(connection)
            with CHAIN.appending(connection) as append:
                heads = [append(body, extra=lambda digest: {"mark": f"of {digest}"}) for body in bodies]
        yield engine, heads


def verified(engine: Engine) -> Head:
    with database.reading(engine) as connection:
        return CHAIN.verify(connection)


@given(BODIES)
def test_what_was_added_comes_back_in_order_under_one_head(bodies: list[dict[str, Any]]) -> None:
    with stored(bodies) as (engine, heads), database.reading(engine) as connection:
        rows = connection.execute(select(_TABLE).order_by(_TABLE.c.seq)).all()
        assert [CHAIN.body(row) for row in rows] == bodies
        assert [(row.seq, row.hash) for row in rows] == [(head.seq, head.hash) for head in heads]
        assert [row.prev_hash for row in rows] == [GENESIS, *(head.hash for head in heads[:-1])]
        assert all(row.mark == f"of {row.hash}" for row in rows)
        assert CHAIN.verify(connection) == CHAIN.head(connection) == heads[-1]


@given(BODIES, st.data())
def test_any_column_of_any_row_that_was_changed_is_noticed(bodies: list[dict[str, Any]], data: st.DataObject) -> None:
    with stored(bodies) as (engine, heads):
        number = data.draw(st.integers(1, len(heads)))
        column = data.draw(st.sampled_from(["who", "prev_hash", "hash", "body", "seq"]))
        with engine.begin() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.seq == number)).one()
            other = len(heads) + 7 if column == "seq" else f"{getattr(row, column)} "
            connection.execute(update(_TABLE).where(_TABLE.c.seq == number).values({column: other}))
        with pytest.raises(Changed):
            verified(engine)


@given(BODIES, st.data())
def test_a_row_that_is_gone_or_out_of_its_place_is_noticed(bodies: list[dict[str, Any]], data: st.DataObject) -> None:
    with stored([*bodies, {"who": "last"}]) as (engine, heads):
        number = data.draw(st.integers(1, len(heads) - 1))
        with engine.begin() as connection:
            taken = connection.execute(select(_TABLE).where(_TABLE.c.seq == number)).one()
            connection.execute(delete(_TABLE).where(_TABLE.c.seq == number))
            if data.draw(st.booleans()):
                connection.execute(insert(_TABLE).values({**taken._mapping, "seq": len(heads) + 1}))
        with pytest.raises(Changed):
            verified(engine)


@given(BODIES, st.integers(0, 6))
def test_two_appends_make_the_chain_that_one_makes(bodies: list[dict[str, Any]], first: int) -> None:
    with stored(bodies) as (engine, heads), stored(bodies[:first]) as (other, _):
        with other.begin() as connection, CHAIN.appending(connection) as append:
            for body in bodies[first:]:
                append(body)
        assert verified(other) == verified(engine) == heads[-1]


def test_every_table_with_links_is_a_chain_and_there_are_six() -> None:
    assert {table.name for table in chained_tables()} == {
        "ledger",
        "consent_event",
        "consent_decision",
        "consent_notice_delivery",
        "consent_identity_match",
        "manual_decision",
    }
    assert {"session", "artefact"} <= set(metadata.tables)


@given(BODIES, st.integers(0, 5))
def test_what_is_cut_off_the_end_is_noticed_by_the_heads(bodies: list[dict[str, Any]], left: int) -> None:
    secret = secrets.token_bytes(32)
    with stored(bodies) as (engine, heads), tempfile.TemporaryDirectory() as folder:
        kept = Heads(Path(folder), lambda: secret)
        kept.start()
        kept.keep({_TABLE.name: heads[-1]})
        with engine.begin() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.seq > left))
        with database.reading(engine) as connection:
            assert head_of(connection, _TABLE) == (
                heads[left - 1] if 0 < left <= len(heads) else heads[-1] if left else Head()
            )
            if left >= len(heads):
                kept.check(connection, [_TABLE])
            else:
                with pytest.raises(ChainTruncated) as caught:
                    kept.check(connection, [_TABLE])
                assert caught.value.args == (left + 1,)
        with database.reading(engine) as connection, pytest.raises(HeadsLost):
            Heads(Path(folder), lambda: bytes(32)).check(connection, [_TABLE])


_NO_ROOM = """
import resource, sys
from pathlib import Path
from sqlalchemy.exc import OperationalError
from pipeline.store import Workspace
opened = Workspace.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))
try:
    opened.ledger.append("kind", "key", {"text": "x" * 100000})
except OperationalError as error:
    sys.exit(3 if "full" in str(error) or "I/O" in str(error) else 4)
"""


def test_a_commit_for_which_there_is_no_room_says_nothing_to_the_file_of_heads(tmp_path: Path) -> None:
    opened = Workspace.create(tmp_path / "ws")
    ended = subprocess.run([sys.executable, "-c", _NO_ROOM, str(opened.root)], check=False)
    assert ended.returncode == 3, "SQLite writes a transaction to its log when it is committed"
    opened.ledger.verify()
    opened.ledger.append("kind", "key", {})
    assert opened.ledger.verify() == 1


def test_a_missing_right_to_the_file_of_heads_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told that it is damaged restores a backup, which loses what came in since."""
    opened = Workspace.create(tmp_path / "ws")
    read_text = Path.read_text

    def no_right(path: Path, *arguments: Any, **options: Any) -> str:
        if path.name == "heads":
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", no_right)
    with pytest.raises(PermissionError):
        opened.ledger.verify()
