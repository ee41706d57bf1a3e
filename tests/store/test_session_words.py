"""Where a name is surely not said: every session that may hold it is left to be looked through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.gazetteer.exact import exact_recognizer
from pipeline.detect.text.tokens import read
from pipeline.lexicon import elsewhere_forms
from pipeline.records import Term
from pipeline.store import Workspace
from pipeline.store.session_words import _is_run, _Keys, _parts
from pipeline.store.tables.changes import session_words

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def without(workspace: Workspace, *names: str) -> set[str]:
    with workspace.db.begin() as connection:
        return set(workspace.words.without(names, connection))


def test_a_name_is_found_however_it_is_cut_into_words(workspace: Workspace) -> None:
    for session_id, words in {"a": "north wind", "b": "northwind", "c": "n o r t h wind", "d": "north winds"}.items():
        workspace.words.keep(session_id, words.split())
    workspace.words.keep("nothing", ())
    assert without(workspace, "northwind") == {"d", "nothing"}
    assert without(workspace, "northwind", "winds") == {"nothing"}
    workspace.words.keep("b", ["else"])
    workspace.words.drop("d")
    assert without(workspace, "northwind") == {"b", "nothing"}


def test_a_row_that_was_changed_says_nothing(workspace: Workspace) -> None:
    for session_id in "ab":
        workspace.words.keep(session_id, ["hello"])
    with workspace.db.begin() as connection:
        connection.execute(session_words.update().where(session_words.c.session_id == "a").values(words=b""))
    assert without(workspace, "northwind") == {"b"}


TEXTS = st.lists(st.sampled_from(["al", "ma", "ber", "g", "Alma", "Berg", "and", "Berg's", "AlmaBerg"]), max_size=8)
KEYS = _Keys(bytes(32))


@given(TEXTS.map(" ".join))
def test_whatever_the_recogniser_finds_is_a_run_of_the_words(text: str) -> None:
    forms = elsewhere_forms([Term(text="Alma Berg", kind="person"), Term(text="Maber", kind="company")])
    held = {KEYS.hashed(token.plain) for token in read(text).tokens}
    runs = {form.entity for form in forms if _is_run(_parts(form.key, KEYS), held)}
    assert {match.entity for match in exact_recognizer(forms)(read(text))} <= runs
