"""A recogniser that is asked only where a quick look says so misses nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.detect.identifiers import secrets
from pipeline.detect.identifiers.presidio import _NO_ARTIFACTS, RECOGNIZERS


@pytest.mark.parametrize("recogniser", RECOGNIZERS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_what_a_recogniser_finds_has_the_signs_that_are_looked_for(recogniser: Any, data: st.DataObject) -> None:
    asked = recogniser()
    pattern = data.draw(st.sampled_from(asked.patterns))
    flags = 0 if "Iban" in type(asked).__name__ else re.IGNORECASE
    text = data.draw(st.from_regex(re.compile(pattern.regex, flags)))
    found = asked.analyze(text, asked.supported_entities, _NO_ARTIFACTS)
    assert not found or re.search(RECOGNIZERS[recogniser], text)


@settings(deadline=None)
@given(st.from_regex(secrets._WORTH_A_LOOK))
def test_a_text_that_is_worth_a_look_for_keys_gets_one(raw: str) -> None:
    assert secrets._may_hold_one(raw)
