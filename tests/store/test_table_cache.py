"""What is made of a table is made once, again after each change, and each time where the table's seal is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from pipeline.records import Misheard, Participant, SessionResult
from pipeline.store import Workspace, integrity, misheard, outlines
from pipeline.store.database import reading
from pipeline.store.registry import Registry, SessionState
from pipeline.store.table_cache import TableCache
from pipeline.store.tables.runs import session as sessions
from pipeline.store.tables.runs import session_outline
from tests.database_server import behind
from tests.store.making import session

pytestmark = pytest.mark.usefixtures("each_database")

ANA = Participant(participant_id="p1", name="Ana Ruiz")
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


def distinct_names(workspace: Workspace) -> set[str]:
    with reading(workspace.db) as connection:
        return outlines.distinct_names(connection)


def test_outlines_follow_their_records_and_those_of_an_earlier_version_are_filled_in(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    registry.take(
        Path("/inbox/two"), "f2", replace(session(), session_id="s2", source_digest="b" * 64, participants=(ANA,))
    )
    before, called, names = registry.digests(), registry.names(), distinct_names(workspace)
    assert [*called] == [*before] and len(names) == 2
    with workspace.db.begin() as connection:
        connection.execute(session_outline.delete().where(session_outline.c.session_id == "s2"))
    assert (registry.digests(), registry.names()) == (before, called), "made from the record where there is none"
    assert distinct_names(workspace) == names
    assert (registry.fill_outlines(), registry.fill_outlines()) == (1, 0)
    registry.rewrite(replace(registry.session("s2"), host="Newhost", participants=(ANA,)))
    assert registry.digests()["s2"] != before["s2"] and "Newhost" in registry.names()["s2"]
    assert [term.text for each in distinct_names(workspace) - names for term in outlines.terms_of(each)] == []
    assert {"Ana Ruiz"} in [{term.text for term in outlines.terms_of(each)} for each in distinct_names(workspace)]
    assert integrity.changed_tables(workspace) == []


def test_states_are_current_after_each_change(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    result = SessionResult(session_id="s1", status="done", reason="", action="")
    for attempts in (1, 2):
        registry.conclude(SessionState(state_key="k", valid_until=1.0, attempts=attempts, result=result))
        kept = registry.state("s1")
        assert kept is not None
        assert Registry(workspace.db).states()["s1"].attempts == attempts == kept.attempts
    other = Workspace.open(workspace.root)
    Registry(other.db).conclude(SessionState(state_key="k2", valid_until=1.0, attempts=2, result=result))
    assert registry.states()["s1"].state_key == "k2", "a change by another process counts as well"


def test_behind_a_broken_seal_nothing_is_kept(workspace: Workspace) -> None:
    made: list[int] = []
    cache = counting(workspace, made)
    with behind(workspace) as connection:
        connection.exec_driver_sql("UPDATE row_seal SET seal = 'broken' WHERE name = 'session'")
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
