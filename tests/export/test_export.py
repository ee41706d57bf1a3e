from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline.export.files import COLUMNS, as_csv, as_jsonl
from pipeline.export.neutral import neutral
from pipeline.export.requests import Request, alias, requests_of, title_of

from pipeline.errors import TryAgain
from pipeline.export import Item, export
from pipeline.records import (
    Cell,
    Held,
    Interval,
    Outcome,
    Participant,
    Purpose,
    Ruling,
    Session,
    Tag,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = b"k" * 32
GOLDEN = Path(__file__).with_name("golden.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeRuling(Ruling):
    def _made_by_consent(self) -> None: ...


def ruling(second: Outcome = Outcome.PROCEED, *, session_id: str = "s1", valid_s: float = 60.0) -> Ruling:
    cells = tuple(
        Cell(
            participant_id=who,
            interval=Interval(start_s=0.0, end_s=60.0),
            purpose=Purpose.INTERNAL_IMPROVE,
            outcome=outcome,
            rule_id="R1",
            reason="test",
        )
        for who, outcome in (("p1", Outcome.PROCEED), ("p2", second))
    )
    return HandMadeRuling(
        session_id=session_id, cells=cells, log_head="0", valid_until=NOW + timedelta(seconds=valid_s)
    )


def session(session_id: str = "s1") -> Session:
    return Session(
        session_id=session_id,
        source_digest="0" * 64,
        platform="folder",
        title="Office hours",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=60.0,
        participants=(
            Participant(participant_id="p1", name="Priya Raman", company="Halcyon Freight, Inc."),
            Participant(participant_id="p2", name="Tom Vance", company="Lumen Labs"),
        ),
        tracks=(),
    )


def tagged(
    quote: str = "please add a dry run", *, who: str | None = "p1", label: str = "request", start_s: float = 61.25
) -> Tag:
    return Tag(label=label, score=0.9, area="docs", quote=quote, start_s=start_s, end_s=start_s + 2, participant_id=who)


def rows(*tags: Tag, ruled: Ruling | None = None) -> tuple[Request, ...]:
    found = requests_of(session(), ruled or ruling(), tags, key=KEY, now=NOW)
    assert not isinstance(found, Held)
    return found


def test_a_row_says_all_that_a_product_manager_needs_and_no_name() -> None:
    (row,) = rows(tagged())
    assert (row.kind, row.area, row.session, row.started_on, row.at) == (
        "request",
        "docs",
        "s1",
        "2026-11-18",
        "0:01:01",
    )
    assert (row.start_s, row.end_s, row.consent, row.schema_version) == (61.25, 63.25, "internal_improve", 1)
    assert row.customer.startswith("customer-")
    assert not any(secret in json.dumps(asdict(row)).lower() for secret in ("priya", "halcyon"))


def test_only_requests_and_discoveries_go_out() -> None:
    labels = ["request", "discovery", "problem", "praise", "question"]
    assert {row.kind for row in rows(*(tagged(label=label) for label in labels))} == {"request", "discovery"}


@pytest.mark.parametrize("outcome", [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE])
def test_nobody_is_quoted_without_consent(outcome: Outcome) -> None:
    tags = [tagged(who="p1"), tagged(who="p2"), tagged(who=None), tagged(who="p1", start_s=5.0)]
    assert [row.start_s for row in rows(*tags, ruled=ruling(outcome))] == [5.0, 61.25]
    assert len(rows(*tags)) == 4


def test_a_participant_without_a_cell_is_not_quoted_and_silences_the_unknown() -> None:
    (own, _) = ruling().cells
    alone = replace(ruling(), cells=(own,))
    assert [row.customer != "" for row in rows(tagged(), tagged(who="p2"), tagged(who=None), ruled=alone)] == [True]


@pytest.mark.parametrize("stale", [ruling(session_id="other"), ruling(valid_s=0.0), ruling(valid_s=-1.0)])
def test_a_ruling_that_does_not_hold_holds_the_session_at_the_door(stale: Ruling, tmp_path: Path) -> None:
    made = export([Item(session=session(), ruling=stale, tags=(tagged(),))], folder=tmp_path, key=KEY, now=NOW)
    assert made.requests == ()
    assert [session_id for session_id, _ in made.held] == ["s1"]
    assert (tmp_path / "requests.jsonl").read_text() == ""


def test_the_customer_is_a_stable_alias_that_only_the_key_gives() -> None:
    assert alias("Halcyon Freight, Inc.", KEY) == alias("halcyon freight", KEY)
    assert alias("Halcyon Freight", KEY) != alias("Halcyon Freight", b"x" * 32)
    assert alias("Halcyon Freight", KEY) != alias("Vantrexa", KEY)
    assert [row.customer for row in rows(tagged(who="p2"), tagged(who=None))] == ["", ""]


def test_the_same_items_give_the_same_bytes_in_order(tmp_path: Path) -> None:
    one = Item(session=session(), ruling=ruling(), tags=(tagged(start_s=9.0), tagged(start_s=3.0)))
    two = Item(session=session("s0"), ruling=ruling(session_id="s0"), tags=(tagged(),))
    first = export([one, two], folder=tmp_path, key=KEY, now=NOW)
    content = [(tmp_path / file.name).read_bytes() for file in first.files]
    again = export([two, one], folder=tmp_path, key=KEY, now=NOW)
    assert again == first
    assert [(tmp_path / file.name).read_bytes() for file in again.files] == content
    assert [(row.session, row.start_s) for row in first.requests] == [("s0", 61.25), ("s1", 3.0), ("s1", 9.0)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["requests.csv", "requests.jsonl"]


def test_ids_are_stable_and_differ() -> None:
    first, second = rows(tagged(start_s=1.0)), rows(tagged(start_s=2.0))
    assert first == rows(tagged(start_s=1.0))
    assert first[0].request_id != second[0].request_id


def test_injection_golden_file() -> None:
    hostile = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "\x00=1",
        'say "hi", he said',
        "fine",
    ]
    made = tuple(
        Request(
            request_id=f"q-{number}",
            kind="request",
            title=text,
            quote=text,
            area="docs",
            session="s1",
            started_on="2026-11-18",
            at="0:00:01",
            start_s=1.0,
            end_s=2.0,
            customer="",
            consent="internal_improve",
        )
        for number, text in enumerate(hostile)
    )
    assert as_csv(made).encode() == GOLDEN.read_bytes()


@given(st.text())
def test_no_text_reads_as_a_formula(text: str) -> None:
    assert neutral(text).lstrip(" \u00a0\u3000")[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert "\x00" not in neutral(text)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_csv_and_json_lines_read_back(quotes: list[str]) -> None:
    made = tuple(replace(rows(tagged())[0], quote=quote, title=title_of(quote)) for quote in quotes)
    read = list(csv.reader(io.StringIO(as_csv(made), newline="")))
    assert read[0] == list(COLUMNS)
    assert [row[COLUMNS.index("quote")] for row in read[1:]] == [neutral(quote) for quote in quotes]
    lines = as_jsonl(made).split("\n")[:-1]
    assert [json.loads(line)["quote"] for line in lines] == quotes


def test_a_folder_that_takes_no_file_is_temporary_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TryAgain) as caught:
        export([], folder=tmp_path / "secret-place", key=KEY, now=NOW)
    assert "secret-place" not in str(caught.value)


def test_titles_are_short_and_end_at_a_word() -> None:
    assert title_of("a  b\nc") == "a b c"
    assert len(title_of("word " * 40)) <= 81
    assert title_of("word " * 40).endswith("word…")
