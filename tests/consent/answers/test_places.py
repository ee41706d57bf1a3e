"""The code of a place as somebody answered it, and none where it can be read in two ways."""

from __future__ import annotations

import pytest

from pipeline.consent.answers.places import place_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("deutschland", "DE"),
        ("Berlin, Germany", "DE"),
        ("USA", "US"),
        ("Austin, Texas, USA", "US-TX"),
        ("Austin, TX, United States", "US-TX"),
        ("Washington", "US-WA"),
        ("California", "US-CA"),
        ("Quebec", "CA-QC"),
        ("Montréal (Québec), Canada", "CA-QC"),
        ("US-NY", "US-NY"),
        ("Japan", "JP"),
        ("GB", "GB"),
        ("England", "GB"),
        ("South Korea", "KR"),
        ("CA", None),
        ("Springfield, IL", None),
        ("Georgia", None),
        ("Atlanta, Georgia, USA", "US-GA"),
        ("Germany or France", None),
        ("Germany / France", None),
        ("Remote", None),
        ("", None),
    ],
)
def test_a_place_is_read_where_it_is_certain(text: str, code: str | None) -> None:
    assert place_of(text) == code
