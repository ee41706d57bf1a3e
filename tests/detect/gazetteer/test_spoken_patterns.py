"""Patterns of term lists in what was said aloud."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context, DetectionRule, Pattern

PROJECT = Context(patterns=(Pattern(text=r"\bPRJ-[0-9]{4}\b", kind="product", where="entry 1"),))
ACCOUNT = Context(patterns=(Pattern(text=r"acme-[0-9]{4,9}", where="entry 1"),))


def spoken(text: str, context: Context) -> list[tuple[str, str]]:
    matches = find(text, context)
    return [(match.text, match.entity) for match in matches if match.rule is DetectionRule.TERM_PATTERN]


@pytest.mark.parametrize(
    "said",
    [
        "P R J one two three four",
        "p r j one two three four",
        "P. R. J. 1234",
        "PRJ 1234",
        "PRJ1234",
        "PRJ dash one two three four",
        "prj twelve thirty four",
        "P R J twelve thirty-four",
        "papa romeo juliet one two three four",
        "P-R-J-1-2-3-4",
    ],
)
def test_a_pattern_is_found_however_it_is_said(said: str) -> None:
    assert spoken(f"we call it {said} in the plan", PROJECT) == [(said, "pattern:prj-1234")]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("acme oh oh four seven", "acme-0047"),
        ("acme double five one nine", "acme-5519"),
        ("acme twelve hundred", "acme-1200"),
        ("acme two hundred and fifty six", "acme-256"),
        ("Acme 12 34 5", "acme-12345"),
    ],
)
def test_a_number_is_read_as_it_is_said(said: str, number: str) -> None:
    found = spoken(f"they are {said}", Context(patterns=(Pattern(text=r"acme-[0-9]{3,9}"),)))
    assert found == [(said, f"pattern:{number}")]


@pytest.mark.parametrize(
    "text",
    [
        "P R J one two three",
        "the J one two three four build",
        "Acme has four. One two three four, go",
        "we met at acme. Twelve thirty four people came",
    ],
)
def test_what_fits_no_pattern_is_not_found(text: str) -> None:
    assert spoken(text, PROJECT) == spoken(text, ACCOUNT) == []


def test_without_a_separator_in_the_pattern_it_is_found_too() -> None:
    ticket = Context(patterns=(Pattern(text=r"\bOPS[0-9]{3}\b"),))
    assert spoken("see O P S four oh two please", ticket) == [("O P S four oh two", "pattern:ops402")]
