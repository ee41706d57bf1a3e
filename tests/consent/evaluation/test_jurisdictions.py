"""The table of places: complete, dated, and strict where it does not know."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.consent.evaluation.jurisdictions import FILE_NAME, rules_of
from pipeline.consent.evaluation.rule_tables import Law
from pipeline.errors import ConfigurationError

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHIPPED = rules_of(Path())
ROW = (
    "[[place]]\ncodes = ['US-NY']\nname = 'New York'\nrule = 'consent_express'\nsource = 'our counsel'\n"
    "confidence = 'V'\nreviewed_by = 'R. Ruiz'\nreviewed_on = 2026-01-01\nnext_review = 2027-01-01\n"
)
TEXAS = ROW.replace("US-NY", "US-TX")


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
    assert SHIPPED.law_at(code, today=TODAY) is law


def test_all_parts_of_the_us_and_the_eea_are_there() -> None:
    assert sum(code.startswith("US-") for code in SHIPPED.places) == 51
    eea = re.findall("..", "ATBEBGHRCYCZDKEEFIFRDEGRHUIEITLVLTLUMTNLPLPTROSKSIESSEISLINO")
    assert len(eea) == 30
    assert {SHIPPED.law_at(code, today=TODAY) for code in eea} == {Law.EXPRESS}


def test_every_row_has_a_source_and_a_later_review() -> None:
    for place in SHIPPED.places.values():
        assert place.source
        assert place.next_review > place.reviewed_on


@pytest.mark.parametrize("code", sorted(SHIPPED.places))
def test_an_overdue_review_makes_a_rule_unknown(code: str) -> None:
    after = SHIPPED.places[code].next_review + timedelta(days=1)
    assert SHIPPED.law_at(code, today=after) is Law.UNKNOWN


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
    assert SHIPPED.strictest(locations, now=NOW) is law


def test_the_announcement_must_be_in_the_recording_in_washington() -> None:
    assert SHIPPED.law_at("US-WA", today=TODAY, announced=True) is Law.BY_NOTICE
    assert SHIPPED.strictest(["US-WA", "DE"], now=NOW, announced=True) is Law.EXPRESS


def test_a_row_of_the_workspace_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(ROW, "utf-8")
    own = rules_of(tmp_path)
    assert own.law_at("US-NY", today=TODAY) is Law.EXPRESS
    assert own.law_at("US-TX", today=TODAY) is Law.NOTIFY
    assert own.law_at("US-NY", today=date(2027, 1, 2)) is Law.UNKNOWN
    assert own.version.startswith(f"{SHIPPED.version}+")
    (tmp_path / FILE_NAME).write_text(ROW.replace("express", "by_notice"), "utf-8")
    assert rules_of(tmp_path).version != own.version
    (tmp_path / FILE_NAME).write_text("# nothing of our own\n", "utf-8")
    assert rules_of(tmp_path) == SHIPPED


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ROW + "[[place]\n", "at line 10"),
        ("# ours\n\n" + ROW + "\n" + TEXAS.replace("2027-01-01", "'soon'"), "line 13: key 'place[2].next_review'"),
        (ROW + ROW, "US-NY is there twice"),
        (ROW.replace("US-NY", "us-ny"), "line 1: key 'place[1].codes[1]'"),
        (ROW.replace("consent_express", "two-party"), "line 1: key 'place[1].rule'"),
        (ROW + "minor_age = 0\n", "line 1: key 'place[1].minor_age'"),
        ("\xff", "jurisdictions.toml"),
    ],
)
def test_a_broken_table_stops_everything_and_says_where(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        rules_of(tmp_path)
