"""What people say for short in place of a whole name."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.lexicon.short_forms import name_beginning, name_parts, product_parts, two_initials
from pipeline.records import Context, KnownPerson, Term

CONTEXT = Context(
    participants=(
        KnownPerson(name="Oluwaseun Adeyemi", company="Fennimore & Hall"),
        KnownPerson(name="Nkechi Obiora"),
        KnownPerson(name="Saoirse Brandt"),
        KnownPerson(name="Will Achterberg"),
        KnownPerson(name="Sanne de Vries"),
    ),
    terms=(
        Term(text="Gripper K7", kind="product"),
        Term(text="Falconet 3.2", kind="product"),
        Term(text="Skyhook Online", kind="product"),
        Term(text="Postgres Turbo", kind="product"),
        Term(text="FX-9 Turbo", kind="product"),
    ),
)


def longest(text: str) -> set[str]:
    matches = find(text, CONTEXT)
    return {
        match.text for match in matches if not any(match.text in other.text and match is not other for other in matches)
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yeah, so Seun was telling me the export takes an hour.", {"Seun"}),
        ("and kechi has to ask seun", {"kechi", "seun"}),
        ("Then Sersha asked for alerts.", {"Sersha"}),
        ("OA said the dashboard is fine.", {"OA"}),
        ("The list from O.A. is long.", {"O.A"}),
        ("Will said the grade book is slow.", {"Will"}),
        ("then will asked about it", {"will"}),
        ("Will has to go.", {"Will"}),
        ("Then De Vries asked twice.", {"De Vries"}),
        ("The FX 9 is fine.", {"FX 9"}),
        ("FH is what we write.", {"FH"}),
        ("The short name is F and H, everybody says so.", {"F and H"}),
        ("it runs at fennimore and hall", {"fennimore and hall"}),
        ("The K7 has four fingers, and K seven firmware is old.", {"K7", "K seven"}),
        ("We have falconet three point two now.", {"falconet three point two"}),
        ("Sky hook users complain about it.", {"Sky hook"}),
    ],
)
def test_short_forms_are_found(text: str, names: set[str]) -> None:
    assert longest(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "The oa header of the page is wrong, and so is the o a column.",
        "I hope they will want it, and it will be fine.",
        "It has three point two million rows.",
    ],
)
def test_what_is_said_of_something_else_stays(text: str) -> None:
    assert longest(text) == set()


def test_parts_that_are_words_or_other_names_are_no_short_forms() -> None:
    assert "martin" not in set(name_parts("martina"))
    assert "christ" not in set(name_parts("christopher"))
    assert set(name_parts("nkechi")) == {"nkec", "kechi", "echi"}
    assert name_beginning("rajesh") == "raj"
    assert name_beginning("henrike") is None
    assert two_initials("Oluwaseun", "Adeyemi") == "O A"
    assert two_initials("Anna", "Ivanova") is None
    assert list(product_parts("Gripper K7")) == ["Gripper", "K7"]
    assert list(product_parts("Postgres S3")) == []
    assert list(product_parts("Kubernetes Fabric")) == []
    assert list(product_parts("Bluefin")) == []
