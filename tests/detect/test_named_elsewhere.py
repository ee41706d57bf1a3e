from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline import detect
from pipeline.detect.engine import find
from pipeline.detect.locate.words_and_text import Finder, in_text
from pipeline.records import ERASED_NAME, Context, DetectionRule, Participant, Role, Term, Transcript
from pipeline.review import propose
from pipeline.review.terms import planned_terms
from pipeline.store import Workspace, terms
from pipeline.store.registry import Registry
from tests.store.making import session as stored_session

DAY = date(2026, 11, 23)
ELSEWHERE = (
    Term(text="Priya Raman", kind="person"),
    Term(text="Silver Lake Media", kind="company"),
    Term(text="Price", kind="company"),
    Term(text="Dana", kind="person"),
    Term(text="Halcyon", kind="company"),
)


def found(text: str, context: Context | None = None) -> dict[str, DetectionRule]:
    matches = find(text, context or Context(elsewhere=ELSEWHERE))
    return {match.text: match.rule for match in matches if match.rule is DetectionRule.KNOWN_ELSEWHERE}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("we talked to silver lake media about it", {"silver lake media"}),
        ("we talked to silverlake media about it", {"silverlake media"}),
        ("then Raman, Priya said so", {"Raman, Priya"}),
        ("priya raman said so", {"priya raman"}),
        ("halcyon wants it", {"halcyon"}),
        ("priya and dana said so", set()),
        ("the price is high and a silver lake is near", set()),
        ("we moved to Price, and it works", {"Price"}),
    ],
)
def test_whole_names_of_other_sessions_are_found_and_given_names_alone_are_not(text: str, names: set[str]) -> None:
    assert set(found(text)) == names


def test_what_the_session_knows_itself_goes_first_and_the_allow_list_frees_it() -> None:
    own = Context(elsewhere=ELSEWHERE, companies=("Silver Lake Media",))
    assert found("we met silver lake media", own) == {}
    assert found("we met silver lake media", Context(elsewhere=ELSEWHERE, allow=("Silver Lake Media",))) == {}


def told(workspace: Workspace, session_id: str, *people: Participant) -> None:
    session = replace(stored_session(), session_id=session_id, source_digest=session_id * 4, participants=people)
    Registry(workspace.db).take(Path(session_id), "x", session)


def test_everybody_of_every_session_and_customer_is_known(
    tmp_path: Path, new_workspace: Callable[[Path], Workspace]
) -> None:
    workspace = new_workspace(tmp_path / "ws")
    before = workspace.listed().mark(DAY)
    priya = Participant(participant_id="p1", name="Priya Raman", aliases=("Pri", "Priya R. Raman"), company="Halcyon")
    bot = Participant(participant_id="p2", name="Otter Notes", role=Role.BOT)
    told(workspace, "2026-11-18-aaaaaaaa", priya, bot)
    told(workspace, "2026-11-19-bbbbbbbb", priya)
    (workspace.root / "customers.toml").write_text('[[customer]]\nname = "Silver Lake Media"\n', "utf-8")
    names = workspace.listed().elsewhere
    assert {(name.kind, name.text, name.aliases) for name in names} == {
        ("person", "Priya Raman", ("Priya R. Raman",)),
        ("company", "Halcyon", ()),
        ("company", "Silver Lake Media", ()),
    }
    assert len(names) == 3
    assert workspace.listed().mark(DAY) == before, "a new name concerns the sessions that may say it, not every one"
    context = terms.known_to(stored_session(), workspace.listed(), on=DAY)
    assert context.elsewhere == names and not context.terms


def test_only_names_that_a_session_says_have_a_part_in_what_is_found_in_it() -> None:
    session = replace(stored_session(), title="Silver Lake Media and us", chat=(), captions=())
    transcript = Transcript(engine="sphinx", words=())
    named = detect.named_elsewhere(session, transcript, Context(elsewhere=ELSEWHERE))
    assert [term.text for term in named] == ["Silver Lake Media"]
    assert detect.named_elsewhere(session, transcript, Context()) == ()


def test_erased_people_are_known_nowhere(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> None:
    workspace = new_workspace(tmp_path / "ws")
    told(workspace, "2026-11-18-aaaaaaaa", Participant(participant_id="p1", name="Priya Raman"))
    registry = Registry(workspace.db)
    (session,) = registry.sessions()
    registry.rewrite(replace(session, participants=(Participant(participant_id="p1", name=ERASED_NAME),)))
    assert workspace.listed().elsewhere == ()


def test_a_name_of_elsewhere_is_planned_as_a_term_but_an_english_word_is_not() -> None:
    context = Context(elsewhere=ELSEWHERE)
    texts = ("we met Silver Lake Media", "we moved to Price, and it works")
    findings = [
        finding for index, text in enumerate(texts) for finding in in_text("s", "chat", index, text, finder(context))
    ]
    planned = planned_terms(stored_session(), context, propose("s", findings), removed=frozenset())
    assert {term.text for term in planned} == {"Silver Lake Media"}


def finder(context: Context) -> Finder:
    return lambda text: [match for match in find(text, context) if match.rule is DetectionRule.KNOWN_ELSEWHERE]
