"""What holds for every table: no order matters, nothing is filed twice, and nothing crashes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.consent.answers.parse import read_answers
from pipeline.consent.answers.timestamps import UnreadableTimestamp, read_timestamp
from pipeline.consent.evaluation.consent_state import state_now
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.notices.form_mapping import read_form
from pipeline.consent.notices.forms import Form
from pipeline.consent.notices.multi_select import ticked
from pipeline.errors import InputRefused, UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from tests.consent.conftest import ANSWERS, COLUMNS, HEADER, NOW, form_text, person, row, session
from tests.consent.tables import as_csv, as_xlsx, bring_in, mapping, rows_on_file

PEOPLE = ["ana@a.example", "bo@b.example"]
TOOLS = ["generic", "google", "microsoft", "typeform"]
said = st.sampled_from([*ANSWERS, "", "Perhaps"])
rows = st.builds(
    lambda email, answers, day: row(email, answers, at=f"2026-11-{day:02} 09:00:00"),
    st.sampled_from(PEOPLE),
    st.tuples(said, said, said, said),
    st.integers(1, 4),
)
tables = st.lists(rows, min_size=1, max_size=8)
bytes_of_tables = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=5).map(as_csv),
    st.lists(st.lists(st.text(max_size=30), min_size=8, max_size=8), max_size=3).map(
        lambda some: as_csv([HEADER, *some])
    ),
    st.tuples(st.integers(0, 5000), st.integers(0, 255)).map(lambda change: damaged(*change)),
)
WORKBOOK = as_xlsx([HEADER, row(PEOPLE[0])])


def damaged(place: int, byte: int) -> bytes:
    return WORKBOOK[: place % len(WORKBOOK)] + bytes([byte]) + WORKBOOK[place % len(WORKBOOK) + 1 :]


def form(tool: str) -> Form:
    with TemporaryDirectory() as folder:
        (Path(folder) / "form.toml").write_text(mapping(tool, COLUMNS, timezone='"UTC"'), "utf-8")
        return read_form(Path(folder) / "form.toml")


FORMS = {tool: form(tool) for tool in TOOLS}


def derived(workspace: Workspace) -> list[str]:
    met = session(*(person(n, email) for n, email in enumerate(PEOPLE)))
    snapshot = read_snapshot(met, workspace=workspace)
    parties = [snapshot.matches[participant.participant_id].party_ids for participant in met.participants]
    events = [snapshot.events_for(ids[0], purpose) if ids else [] for ids in parties for purpose in Purpose]
    return [state_now(some, met, NOW, snapshot.trusted).status for some in events]


@settings(max_examples=12, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_no_order_and_no_repetition_changes_a_state(
    new_workspace: Callable[[Path], Workspace], table: list[list[str]], chance: random.Random
) -> None:
    mixed = list(table)
    chance.shuffle(mixed)
    with TemporaryDirectory() as folder:
        one, other = (new_workspace(Path(folder) / name / "ws") for name in ("one", "other"))
        bring_in(one, as_csv([HEADER, *table]), form_text())
        before = rows_on_file(one)
        assert bring_in(one, as_csv([HEADER, *table]), form_text()).events == 0
        assert rows_on_file(one) == before
        bring_in(other, as_csv([HEADER, *mixed, *mixed[:3]]), form_text())
        assert derived(one) == derived(other)
        assert bring_in(one, as_csv([HEADER, *mixed]), form_text()).events == 0


@pytest.mark.parametrize("tool", TOOLS)
@settings(deadline=None)
@given(content=bytes_of_tables)
def test_no_table_crashes_the_reader(tool: str, content: bytes) -> None:
    try:
        read_answers(content, FORMS[tool])
    except InputRefused as error:
        line, column = error.message.split(":")[0].split(", ")
        assert int(line.removeprefix("line ")) >= 1
        assert int(column.removeprefix("column ")) >= 1


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)), st.integers(0, 600))
def test_no_mapping_crashes_the_reader(junk: bytes, place: int) -> None:
    text = form_text().encode()
    with TemporaryDirectory() as folder:
        for content in (junk, text[:place] + junk[:3] + text[place:]):
            (Path(folder) / "form.toml").write_bytes(content)
            try:
                assert read_form(Path(folder) / "form.toml").columns
            except UsageProblem as error:
                assert error.code == 2


@given(
    st.one_of(
        st.text(max_size=30), st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} \d{1,2}:\d{2}( [AP]M)?( GMT[+-]\d+)?")
    ),
    st.lists(st.sampled_from(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%m/%d/%y %I:%M %p"]), max_size=3),
)
def test_a_time_is_read_surely_or_not_at_all(text: str, formats: list[str]) -> None:
    try:
        read = read_timestamp(text, formats, ZoneInfo("America/New_York"))
    except UnreadableTimestamp as error:
        assert len(error.args) == 2
    else:
        assert read.tzinfo is UTC
        assert 1999 <= read.year <= 2100


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)), st.sampled_from(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]))
def test_a_format_decides_day_and_month(at: datetime, written: str) -> None:
    at = at.replace(second=0, microsecond=0)
    assert read_timestamp(at.strftime(written), [written], ZoneInfo("UTC")) == at.replace(tzinfo=UTC)
    both = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
    if at.day <= 12 and at.day != at.month:
        for formats in (both, []):
            with pytest.raises(UnreadableTimestamp, match="day and month"):
                read_timestamp(at.strftime(written), formats, ZoneInfo("UTC"))


labels = st.lists(
    st.from_regex(r"[a-z](?:[a-z]|, ?|; ?){0,8}[a-z]", fullmatch=True), min_size=1, max_size=4, unique=True
)


@given(labels, st.sampled_from([";", ", "]), st.booleans(), st.text(max_size=20))
def test_ticked_labels_come_back(known: list[str], separator: str, closed: bool, junk: str) -> None:
    found = ticked(separator.join(known) + (separator if closed else ""), known, [separator])
    assert found is not None
    assert set(found) <= set(known)
    some = ticked(junk, known, [separator])
    assert some is None or set(some) <= set(known)
