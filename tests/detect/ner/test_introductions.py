from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.errors import ConfigurationError, Exit
from pipeline.records import Context
from pipeline.settings import DetectSettings


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("hi this is tomasz wilk from the other team", "tomasz wilk"),
        ("my name is oyelaran", "oyelaran"),
        ("our next question comes from praying raymond with them", "praying raymond"),
        ("my colleague yusra will tell you", "yusra"),
        ("i work at vantrexa", "vantrexa"),
        ("our customer Brightloom asked", "Brightloom"),
        ("thanks zsofia that helps", "zsofia"),
    ],
)
def test_a_name_is_found_by_its_place(text: str, surface: str) -> None:
    assert surface in {hit.text for hit in find(text, Context()) if hit.rule in ("position", "name model")}


@pytest.mark.parametrize(
    "text", ["thanks a lot for that", "this is the thing from before", "thanks everyone", "hi there"]
)
def test_the_place_alone_makes_no_name(text: str) -> None:
    assert find(text, Context()) == []


def test_a_missing_model_is_a_configuration_error_without_its_name() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find("hello", Context(), settings=DetectSettings(spacy_model="xx_not_there"))
    assert caught.value.code is Exit.CONFIGURATION
