"""The table of places: complete, dated, and strict where it does not know."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.consent.decide import Law
from pipeline.consent.jurisdictions import law_at, places, strictest
from pipeline.errors import ConfigurationError

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "law"),
    [
        ("US-TX", Law.NOTIFY),
        ("US-VT", Law.NOTIFY),
        ("us-ca ", Law.BY_NOTICE),
        ("US-OR", Law.BY_NOTICE),
        ("US-WA", Law.EXPRESS),  # a notice counts only if it is heard in the recording, and nobody listened yet
        ("US", Law.UNKNOWN),
        ("US-PR", Law.UNKNOWN),
        ("DE", Law.EXPRESS),
        ("DE-BY", Law.EXPRESS),
        ("IT", Law.EXPRESS),
        ("GB-SCT", Law.BY_NOTICE),
        ("CA", Law.BY_NOTICE),
        ("CA-QC", Law.EXPRESS),
        ("JP", Law.BY_NOTICE),
        ("CN", Law.UNKNOWN),
        ("ZZ", Law.UNKNOWN),
        ("", Law.UNKNOWN),
        (None, Law.UNKNOWN),
    ],
)
def test_the_rule_of_a_place(code: str | None, law: Law) -> None:
    assert law_at(code, today=TODAY) is law


def test_all_parts_of_the_us_and_the_eea_are_there() -> None:
    assert sum(code.startswith("US-") for code in places()) == 51
    eea = re.findall("..", "ATBEBGHRCYCZDKEEFIFRDEGRHUIEITLVLTLUMTNLPLPTROSKSIESSEISLINO")
    assert len(eea) == 30
    assert {law_at(code, today=TODAY) for code in eea} == {Law.EXPRESS}


def test_every_row_has_a_source_and_a_later_review() -> None:
    for place in places().values():
        assert place.source
        assert place.next_review > place.reviewed_on


@pytest.mark.parametrize("code", sorted(places()))
def test_an_overdue_review_makes_a_rule_unknown(code: str) -> None:
    after = places()[code].next_review + timedelta(days=1)
    assert law_at(code, today=after) is Law.UNKNOWN


@pytest.mark.parametrize(
    ("locations", "law"),
    [
        (["US-TX", "US-NY"], Law.NOTIFY),
        (["US-TX", "US-CA", "US-NY"], Law.BY_NOTICE),
        (["US-CA", "DE"], Law.EXPRESS),
        (["US-TX", None], Law.UNKNOWN),
        ([], Law.UNKNOWN),
    ],
)
def test_the_strictest_counts(locations: list[str | None], law: Law) -> None:
    assert strictest(locations, now=NOW) is law


@pytest.mark.parametrize("content", ["", "version = 1", "[[place]]\ncodes = ['US-TX']", "\xff"])
def test_a_broken_table_stops_everything(content: str, tmp_path: Path) -> None:
    path = tmp_path / "jurisdictions.toml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigurationError):
        places(path)


def test_a_place_with_two_rows_stops_everything(tmp_path: Path) -> None:
    row = (
        "[[place]]\ncodes = ['XX']\nname = 'X'\nrule = 'notify'\nsource = 'x'\nconfidence = 'M'\n"
        "reviewed_on = 2026-01-01\nnext_review = 2027-01-01\n"
    )
    path = tmp_path / "jurisdictions.toml"
    path.write_text("version = '1'\n" + row + row, "utf-8")
    with pytest.raises(ConfigurationError, match="XX is there twice"):
        places(path)
