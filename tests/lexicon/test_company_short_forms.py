"""What customers call a company of several words: without its last ones, and by the partners that "and" joins."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.lexicon import surface_forms
from pipeline.lexicon.company_short_forms import beginnings, partners
from pipeline.lexicon.surface_forms import elsewhere_forms
from pipeline.records import Context, DetectionRule, Term

CONTEXT = Context(
    companies=(
        "Harrow & Finch Logistics",
        "Silver Lake Media",
        "Red Oak Tree Capital",
        "First Data Systems Nordic",
        "Baker, Moll & Reiter Partners",
        "Royal Bank of Umbria Securities",
    ),
    terms=(Term(text="Amber Gate Planner", kind="product"), Term(text="queue.amber.gate.example", kind="host")),
)
KNOWN = {DetectionRule.KNOWN_COMPANY, DetectionRule.TERM_LIST}


def known_in(text: str) -> set[str]:
    matches = [match for match in find(text, CONTEXT) if match.rule in KNOWN]
    return {match.text for match in matches if not any(match.text in o.text and match is not o for o in matches)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yeah, so at Harrow and Finch we run two regions.", {"Harrow and Finch"}),
        ("the harrow and finch account", {"harrow and finch"}),
        ("We write Harrow & Finch on it.", {"Harrow & Finch"}),
        ("Finch folks never touch the console.", {"Finch"}),
        ("H and F is what we call us, or H&F.", {"H and F", "H&F"}),
        ("Silver Lake has forty seats.", {"Silver Lake"}),
        ("i think silver lake will leave", {"silver lake"}),
        ("They were happy at red oak.", {"red oak"}),
        ("Red Oak Tree signed.", {"Red Oak Tree"}),
        ("First Data is what we call it.", {"First Data"}),
        ("We're a First Data shop.", {"First Data"}),
        ("Baker Moll want it, or Baker, Moll and Reiter.", {"Baker Moll", "Baker, Moll and Reiter"}),
        ("Baker and Moll want it.", {"Baker and Moll"}),
        ("The Reiter people called.", {"Reiter"}),
        ("The Royal Bank of Umbria is slow.", {"Royal Bank of Umbria"}),
        ("We love Amber Gate.", {"Amber Gate"}),
    ],
)
def test_a_company_is_known_by_what_it_is_called_for_short(text: str, names: set[str]) -> None:
    assert known_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "The first data centre is in the north.",
        "Send the first data tomorrow.",
        "The lake was silver that morning.",
        "The gate planner is slow.",
        "The royal bank of it all.",
        "And I have a question.",
    ],
)
def test_its_common_words_are_no_name(text: str) -> None:
    assert known_in(text) == set()


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("Hall and Sons", ["Hall", "Sons"]),
        ("Marks + Spencer plc", ["Marks", "Spencer"]),
        ("Baker, Moll, and Reiter", ["Baker", "Moll", "Reiter"]),
        ("Black Forest & Pine Ridge Estates", []),
        ("Smith, Jones", []),
        ("Silver Lake Media", []),
    ],
)
def test_partners_are_what_and_joins_at_the_beginning(name: str, joined: list[str]) -> None:
    words = name.replace(",", "").replace("&", "").replace("+", "").replace(" plc", "").split()
    assert partners(name, words) == joined


def test_a_beginning_ends_with_no_word_that_needs_another() -> None:
    assert list(beginnings("Bank of Umbria Trust", ["Bank", "of", "Umbria", "Trust"])) == ["Bank of Umbria"]


def test_a_sons_alone_is_nobody() -> None:
    forms = surface_forms(Context(companies=("Hall & Sons Timber",)))
    assert "Sons" not in {form.text for form in forms}
    assert "Hall and Sons" in {form.text for form in forms}


def test_another_session_knows_a_company_by_both_its_partners_and_not_by_one() -> None:
    texts = {form.text for form in elsewhere_forms([Term(text="Harrow & Finch Logistics", kind="company")])}
    assert "Harrow and Finch" in texts
    assert not texts & {"Harrow", "Finch", "H and F", "Harrow Finch"}
