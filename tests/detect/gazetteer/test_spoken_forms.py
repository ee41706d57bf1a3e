"""A listed name with numbers or signs is found however it is said."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.lexicon.spoken_forms import spoken_forms
from pipeline.records import Context, Term

LISTED = Context(
    terms=(
        *(Term(text="RB-60", kind="product"), Term(text="Vela 2.5", kind="product")),
        *(Term(text="Pier 250", kind="product"), Term(text="orbit.js", kind="product"), Term(text="QL2040")),
    ),
    companies=("Route 88 Haulage",),
)


@pytest.mark.parametrize(
    "said",
    [
        *("r b sixty", "rb sixty", "RB Sixty", "rb dash sixty", "RB dash 60", "rb 60", "RB-60"),
        *("vela two dot five", "vela two five", "vela 2 dot 5", "pier two fifty", "pier two hundred and fifty"),
        *(
            "pier two hundred fifty",
            "orbit dot js",
            "q l twenty forty",
            "ql twenty forty",
            "route eighty eight haulage",
        ),
    ],
)
def test_it_is_found_as_it_is_said(said: str) -> None:
    text = f"we tried {said} again"
    assert said in {match.text for match in find(text, LISTED)}


@pytest.mark.parametrize(
    "talk", ["we have sixty of them", "it took two fifty to fix", "a dash of sixty", "we dot the i"]
)
def test_a_number_alone_is_no_name(talk: str) -> None:
    assert not [match for match in find(talk, LISTED) if match.label in ("PRODUCT", "TERM", "COMPANY")]


def test_a_name_of_words_has_no_further_form() -> None:
    assert not list(spoken_forms("Silver Gate"))
    assert len(list(spoken_forms("A1-B2-C3-D4"))) == 0
