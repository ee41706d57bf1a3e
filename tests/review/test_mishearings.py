"""What a decision teaches about how known names are misheard, and what it never teaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.detect.engine import find
from pipeline.errors import WorkspaceDamaged
from pipeline.records import Context, DetectionRule, Finding, KnownPerson, Misheard, TextPlace, Verdict
from pipeline.review import propose
from pipeline.review.mishearings import learn
from pipeline.store import Workspace, misheard

KNOWN = Context(participants=(KnownPerson(name="Noel Brandt"),), companies=("Halcyon Freight",))
HEARD = "we asked nowhere brown about it"


def hits(workspace: Workspace, text: str) -> list[tuple[str, str, str]]:
    return [(h.text, h.entity, h.rule) for h in find(text, replace(KNOWN, misheard=workspace.listed().misheard))]


def proposal(text: str, rule: str = "sounds like", entity: str = "person:noel brandt") -> Finding:
    place = TextPlace(surface="captions", index=0, start_char=0, end_char=len(text))
    return Finding(
        finding_id="f-1", entity=entity, label="PERSON", text=text, rule=DetectionRule(rule), score=0.5, place=place
    )


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def test_what_was_redacted_once_is_found_in_every_session_and_kept_unreadable(workspace: Workspace) -> None:
    assert hits(workspace, HEARD) == []
    proposals = propose("s1", [proposal("Nowhere Brown")])
    learn(workspace, proposals, [proposals[0].proposal_id], Verdict.REDACT)
    assert hits(workspace, HEARD) == [("nowhere brown", "person:noel brandt", "heard before")]
    stranger = Context(misheard=workspace.listed().misheard)
    assert find(HEARD, stranger) == [], "only where the name is known"
    content = (workspace.root / "offrecord.db").read_bytes().lower()
    assert b"nowhere" not in content and b"noel" not in content


def test_a_keep_teaches_nothing_and_takes_back_what_was_taught(workspace: Workspace) -> None:
    proposals = propose("s1", [proposal("knoll brent")])
    ids = [proposals[0].proposal_id]
    learn(workspace, proposals, ids, Verdict.KEEP)
    assert workspace.listed().misheard == ()
    learn(workspace, proposals, ids, Verdict.REDACT)
    learn(workspace, proposals, ids, Verdict.KEEP)
    assert workspace.listed().misheard == ()


@pytest.mark.parametrize(
    "found",
    [proposal("noel brandt", rule="known name"), proposal("no well"), proposal("lumber yard", rule="place of a name")],
)
def test_neither_the_name_itself_nor_words_of_any_talk_are_learned(workspace: Workspace, found: Finding) -> None:
    proposals = propose("s1", [found])
    learn(workspace, proposals, [proposals[0].proposal_id], Verdict.REDACT)
    assert workspace.listed().misheard == ()


def test_what_was_learned_of_a_person_goes_with_them_and_a_changed_row_is_noticed(workspace: Workspace) -> None:
    secret = workspace.key("alias")
    one = Misheard(text="knoll", entity="person:noel brandt", label="PERSON")
    other = Misheard(text="how see on", entity="company:halcyon freight", label="COMPANY")
    with workspace.db.begin() as connection:
        misheard.learn(connection, secret, [one, other, one])
    assert set(workspace.listed().misheard) == {one, other}
    with workspace.db.begin() as connection:
        misheard.unlearn(connection, secret, ["person:noel brandt"])
    assert workspace.listed().misheard == (other,)
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("UPDATE misheard SET sealed = zeroblob(40)")
    with pytest.raises(WorkspaceDamaged):
        workspace.listed()
