"""Reads a CSV table of form answers into submissions; anything that is not certain stops it with line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.consent.events import EventState, canonical, sha256
from pipeline.consent.forms import ASKABLE, Column, ColumnKind, Form
from pipeline.consent.identity import AliasKind, Verified
from pipeline.consent.parties import Claim
from pipeline.errors import InputRefused
from pipeline.records import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One row: who sent it, when, and what it says about each purpose; ``unread`` are the columns not understood."""

    line: int
    digest: str
    at: datetime
    at_text: str
    claims: tuple[Claim, ...]
    states: Mapping[Purpose, EventState]
    unread: tuple[int, ...] = ()


def read_answers(content: bytes, form: Form) -> list[Submission]:
    """Every row of the table; raises ``InputRefused`` naming line and column before anything is returned."""
    rows = _rows(content)
    line, header = next(rows, (1, []))
    columns = _bind(line, header, form)
    return [_submission(number, cells, columns, form) for number, cells in rows if any(cell.strip() for cell in cells)]


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line of the file on which each begins."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal(line, 1, "not UTF-8 text", "export the answers as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(line, 1, "not valid CSV", "export the answers again") from error


def _bind(line: int, header: Sequence[str], form: Form) -> list[Column]:
    """The meaning of each column of this file; every header and every mapping must find the other exactly once."""
    meanings = form.bound_columns()
    names = [name.strip() for name in header]
    for number, name in enumerate(names, start=1):
        if name not in meanings:
            action = "nothing was imported; a changed question is a new notice version with its own mapping"
            raise _refusal(line, number, "this header is not in the form mapping", action)
        if name in names[: number - 1]:
            raise _refusal(line, number, "this header stands there twice", "nothing was imported; rename one")
    missing = [name for name in meanings if name not in names]
    if missing:
        action = "nothing was imported; use the mapping of the form that was served"
        raise _refusal(line, len(names) + 1, f"{len(missing)} mapped columns are missing", action)
    return [meanings[name] for name in names]


def _submission(line: int, cells: Sequence[str], columns: Sequence[Column], form: Form) -> Submission:
    if len(cells) != len(columns):
        problem = f"{len(cells)} cells under {len(columns)} headers"
        raise _refusal(line, min(len(cells), len(columns)) + 1, problem, "export the answers again")
    when = next(number for number, column in enumerate(columns) if column.kind is ColumnKind.TIMESTAMP)
    states, unread = _states(cells, columns, form)
    return Submission(
        line=line,
        digest=sha256(canonical(list(cells))),
        at=_moment(line, when + 1, cells[when], form),
        at_text=cells[when].strip(),
        claims=_claims(line, cells, columns, form),
        states=states,
        unread=unread,
    )


def _moment(line: int, number: int, text: str, form: Form) -> datetime:
    """The time in UTC; one that the zone has twice or never is refused, not guessed."""
    try:
        read = datetime.strptime(text.strip(), form.date_format)
    except ValueError as error:
        raise _refusal(line, number, "not a time in the mapping's date_format", "correct date_format") from error
    if read.tzinfo is None:
        read = read.replace(tzinfo=form.zone)
        if read.replace(fold=1).utcoffset() != read.utcoffset():
            action = "export the answers in UTC"
            raise _refusal(line, number, "this time is there twice or never in the mapping's timezone", action)
    return read.astimezone(UTC)


def _claims(line: int, cells: Sequence[str], columns: Sequence[Column], form: Form) -> tuple[Claim, ...]:
    """What the row says about who sent it, the surest first."""
    by_email = Verified.EMAIL if form.options.email_verified else Verified.THEMSELVES
    by_platform = Verified.PLATFORM if form.options.platform_verified else Verified.THEMSELVES
    sure: list[Claim] = []
    names: list[Claim] = []
    for number, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1):
        value = cell.strip()
        if column.kind is ColumnKind.EMAIL and value:
            if value.count("@") != 1 or value.startswith("@") or value.endswith("@"):
                raise _refusal(line, number, "not an e-mail address", "nobody could be matched; correct the row")
            sure.insert(0, (AliasKind.EMAIL, value, by_email))
        elif column.kind is ColumnKind.PLATFORM and value:
            sure.append((AliasKind.PLATFORM, f"{column.platform}:{value}", by_platform))
        elif column.kind is ColumnKind.NAME and value:
            names.append((AliasKind.DISPLAY_NAME, value, Verified.NOBODY))
    if not sure:
        number = next(n for n, column in enumerate(columns, start=1) if column.kind in _IDENTIFYING)
        raise _refusal(line, number, "neither an e-mail nor a platform id", "nobody could be matched; correct the row")
    return tuple(sorted(sure, key=lambda claim: not claim[2].sure) + names)


_IDENTIFYING = (ColumnKind.EMAIL, ColumnKind.PLATFORM)


def _states(
    cells: Sequence[str], columns: Sequence[Column], form: Form
) -> tuple[Mapping[Purpose, EventState], tuple[int, ...]]:
    """What the row says of each purpose, the most closed where it says two things; what cannot be read is unknown."""
    states: dict[Purpose, EventState] = {}
    unread = []
    for number, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1):
        state, purposes = _said(cell, column, form)
        if state is EventState.UNKNOWN:
            unread.append(number)
        for purpose in purposes:
            states[purpose] = max(states.get(purpose, state), state, key=lambda one: one.closedness)
    return states, tuple(unread)


def _said(cell: str, column: Column, form: Form) -> tuple[EventState, tuple[Purpose, ...]]:
    if column.kind is ColumnKind.PURPOSE:
        answer = form.answer(cell)
        return (EventState.UNKNOWN if answer is None else answer), column.purposes
    if column.kind is ColumnKind.WITHDRAWS:
        withdrawn = form.withdrawn(cell)
        return (EventState.UNKNOWN, ASKABLE) if withdrawn is None else (EventState.WITHDRAWN, withdrawn)
    return EventState.REQUESTED, ()


def _refusal(line: int, column: int, problem: str, action: str) -> InputRefused:
    return InputRefused(f"line {line}, column {column}: {problem}", action=action)
