"""What is made of a table is made once, again after each change, and each time where the table's seal is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from pipeline.records import Misheard, Participant
from pipeline.store import Workspace, misheard
from pipeline.store.registry import Registry
from pipeline.store.table_cache import TableCache
from pipeline.store.tables.runs import session as sessions
from tests.store.test_store import session

Opened = Callable[[Path], Workspace]


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Opened) -> Workspace:
    opened = new_workspace(tmp_path / "ws")
    Registry(opened.db).take(Path("/inbox/one"), "f1", session())
    return opened


def counting(workspace: Workspace, made: list[int]) -> TableCache[int]:
    def make(connection: Connection) -> int:
        made.append(len(connection.execute(select(sessions.c.session_id)).all()))
        return made[-1]

    return TableCache(workspace.db, sessions, make)


def test_it_is_made_again_only_after_a_change(workspace: Workspace) -> None:
    made: list[int] = []
    cache = counting(workspace, made)
    assert [cache.value(), cache.value(), cache.value()] == [1, 1, 1] and made == [1]
    Registry(Workspace.open(workspace.root).db).rewrite(replace(session(), title="new"))
    other = replace(session(), session_id="s2", source_digest="b" * 64)
    assert cache.value() == 1 and made == [1, 1], "a change by another process counts as well"
    Registry(workspace.db).take(Path("/inbox/two"), "f2", other)
    assert cache.value() == 2


def test_behind_a_broken_seal_nothing_is_kept(workspace: Workspace) -> None:
    made: list[int] = []
    cache = counting(workspace, made)
    with closing(sqlite3.connect(workspace.root / "offrecord.db", isolation_level=None)) as connection:
        connection.execute("UPDATE row_seal SET seal = 'broken' WHERE name = 'session'")
    assert [cache.value(), cache.value()] == [1, 1] and made == [1, 1]


def test_names_of_sessions_and_customers_are_current(workspace: Workspace) -> None:
    def names() -> set[str]:
        return {term.text for term in workspace.listed().elsewhere}

    before = workspace.listed().elsewhere
    assert workspace.listed().elsewhere is before
    people = (Participant(participant_id="p1", name="Ann Lee", company="Halcyon"),)
    Registry(workspace.db).rewrite(replace(session(), participants=people))
    assert names() == {"Ann Lee", "Halcyon"}
    (workspace.root / "customers.toml").write_text('[[customer]]\nname = "Granite"\n')
    assert names() == {"Ann Lee", "Halcyon", "Granite"}
    (workspace.root / "customers.toml").unlink()
    assert names() == {"Ann Lee", "Halcyon"}


def test_what_was_confirmed_as_misheard_is_current(workspace: Workspace) -> None:
    phrase = Misheard(text="hell see on", entity="company:halcyon", label="ORG")
    assert workspace.listed().misheard == ()
    with workspace.db.begin() as connection:
        misheard.learn(connection, workspace.key("alias"), [phrase])
    assert workspace.listed().misheard == (phrase,)
    with workspace.db.begin() as connection:
        misheard.unlearn(connection, workspace.key("alias"), ["company:halcyon"])
    assert workspace.listed().misheard == ()
