"""Reads a table of form answers into submissions; anything that is not certain stops it with line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from pipeline.consent.answers.question_meaning import is_plain_no, meaning_of
from pipeline.consent.answers.submission import AnswerTable, OnBehalf, Submission
from pipeline.consent.answers.tables import Cell, Row, read_rows, refusal
from pipeline.consent.answers.timestamps import UnreadableTimestamp, read_timestamp
from pipeline.consent.log.events import EventState, canonical, sha256
from pipeline.consent.log.identity import AliasKind, Verified, is_address, normalise, phone_digits
from pipeline.consent.log.parties import Claim
from pipeline.consent.notices.forms import ASKABLE, ASKING, IDENTIFYING, ONCE, Column, ColumnKind, Form
from pipeline.consent.notices.vendors import heading
from pipeline.errors import InputRefused
from pipeline.records import Purpose

_FINISHED, _UNFINISHED = "completed", frozenset({"partial", "started", "in progress", "incomplete"})
_SHOWN_CHARS = 60
_PREAMBLE_ROWS = 40


@dataclass(frozen=True, slots=True)
class _Row:
    """One row beside the meaning of its columns, which are numbered from 1."""

    line: int
    cells: Sequence[Cell]
    headers: Sequence[str]
    columns: Sequence[Column]
    form: Form

    def of(self, *kinds: ColumnKind) -> Iterator[tuple[int, Column, Cell]]:
        """The columns of these kinds with their cells."""
        for number, (column, cell) in enumerate(zip(self.columns, self.cells, strict=True), start=1):
            if column.kind in kinds:
                yield number, column, cell

    def moment(self, number: int, cell: Cell) -> datetime:
        """The time that a cell holds, in UTC."""
        try:
            return read_timestamp(cell, self.form.date_format, self.form.zone)
        except UnreadableTimestamp as error:
            raise refusal(self.line, number, *error.args) from error


def read_answers(content: bytes, form: Form) -> AnswerTable:
    """Every row of the table; raises ``InputRefused`` naming line and column where the table as a whole is none.

    An unfinished row that names nobody is passed over: nobody was reached who could be asked again.
    """
    rows = read_rows(content, form.vendor_format.encodings)
    line, header, rows = _from_header(rows, form)
    headers = [_text(cell) for cell in header]
    columns = _bind(line, headers, form)
    filled = (_Row(number, cells, headers, columns, form) for number, cells in rows if any(map(_text, cells)))
    submissions, bad_rows = list[Submission](), list[InputRefused]()
    for row in filled:
        try:
            submission = _submission(row)
        except InputRefused as error:
            bad_rows.append(error)
        else:
            submissions += [submission] if submission else []
    return AnswerTable(submissions=tuple(submissions), bad_rows=tuple(bad_rows))


def _from_header(rows: Iterator[Row], form: Form) -> tuple[int, list[Cell], Iterator[Row]]:
    """The header with its line, and the rows below it: the first row that has every mapped column, else the first.

    Zoom's registration report begins with a block about the meeting.
    """
    first = list(islice(rows, _PREAMBLE_ROWS))
    mapped = set(form.bound_columns())
    at = next((at for at, (_, cells) in enumerate(first) if mapped <= {heading(_text(cell)) for cell in cells}), 0)
    line, header = first[at] if first else (1, [])
    return line, header, chain(first[at + 1 :], rows)


def _text(cell: Cell) -> str:
    return cell.isoformat(" ") if isinstance(cell, datetime) else cell.strip()


def _bind(line: int, header: Sequence[str], form: Form) -> list[Column]:
    """The meaning of each column of this file; every header and every mapping must find the other exactly once."""
    mapped, vendor_format = form.bound_columns(), form.vendor_format
    meanings = {**form.added_columns(), **mapped}
    names = [heading(name) for name in header]
    for number, name in enumerate(names, start=1):
        if name in names[: number - 1]:
            raise refusal(line, number, "this header occurs twice", "nothing was imported; rename one")
        if name not in meanings and not (vendor_format.ignored and vendor_format.ignored.fullmatch(name)):
            is_question = bool(meanings.keys() & set(names)) and "@" not in name
            shown = f": {name[:_SHOWN_CHARS]!r}" if is_question else ""
            raise refusal(line, number, f"this header is not in the form mapping{shown}", _to_add(name, is_question))
    missing = [name for name in mapped if name not in names]
    if missing:
        action = "nothing was imported; use the mapping of the form that was served"
        raise refusal(line, len(names) + 1, f"{len(missing)} mapped columns are missing", action)
    columns = [meanings.get(name, Column(ColumnKind.IGNORE)) for name in names]
    _check_kinds(line, columns)
    return columns


def _to_add(header: str, is_question: bool) -> str:
    """What to do about a header that the mapping lacks: for a question, the line that it needs there."""
    import tomlkit

    action = "nothing was imported; a changed question is a new notice version with its own mapping"
    if not is_question:
        return action
    entry = f"{tomlkit.item(header).as_string()} = {tomlkit.item(str(meaning_of(header))).as_string()}"
    return f"{action}: under [columns] add {entry}, or see `offrecord consent draft-form`"


def _check_kinds(line: int, columns: Sequence[Column]) -> None:
    """Raises ``InputRefused`` unless the columns say who and when, and each of that once."""
    kinds = [column.kind for column in columns]
    for kind in ONCE:
        if kinds.count(kind) > 1 and kind is not ColumnKind.NAME:
            second = [number for number, each in enumerate(kinds, start=1) if each is kind][1]
            raise refusal(line, second, f"a second column is the {kind.value}", "map all but one to ignore")
    for needed in ((ColumnKind.TIMESTAMP,), IDENTIFYING):
        if not set(needed) & set(kinds):
            problem = f"no column is the {' or '.join(needed)}"
            raise refusal(line, len(kinds) + 1, problem, "nothing was imported; map one")


def _submission(row: _Row) -> Submission | None:
    if len(row.cells) != len(row.columns):
        problem = f"{len(row.cells)} cells under {len(row.columns)} headers"
        raise refusal(row.line, min(len(row.cells), len(row.columns)) + 1, problem, "export the answers again")
    finished = _is_finished(row)
    claims = _claims(row)
    if not claims:
        if not finished:
            return None
        number = next(number for number, *_ in row.of(*IDENTIFYING))
        action = "nobody could be matched; correct the row"
        raise refusal(row.line, number, "neither an e-mail nor a platform id", action)
    at, at_text = _sent(row, finished=finished)
    states, unread = _states(row, finished=finished)
    behalf = on_behalf(row, claims)
    cells = [_text(cell) for cell in row.cells]
    return Submission(
        line=row.line,
        digest=digest_of(cells),
        at=at,
        at_text=at_text,
        claims=behalf.claims if behalf else claims,
        states=behalf.effective_states(states) if behalf else states,
        unread=unread,
        changed_at=next((row.moment(n, cell) for n, _, cell in row.of(ColumnKind.MODIFIED) if _text(cell)), None),
        finished=finished,
        written=tuple(zip(row.headers, cells, strict=True)),
        sent_by=claims if behalf else (),
        by_guardian=behalf is not None and behalf.by_guardian,
        of_age=None if behalf else _of_age(row),
    )


def _of_age(row: _Row) -> bool | None:
    """What somebody attests of their own age: True only for a plain yes, None where the form does not ask."""
    answers = [row.form.answer(_text(cell)) for _, _, cell in row.of(ColumnKind.OF_AGE)]
    return all(answer is EventState.GIVEN for answer in answers) if answers else None


def digest_of(cells: Sequence[str]) -> str:
    """The SHA-256 of a row's cells, which the events made of it name as their evidence."""
    return sha256(canonical(cells))


def _is_finished(row: _Row) -> bool:
    """Whether somebody sent the row off; a response type that is not known stops the import."""
    for number, _, cell in row.of(ColumnKind.RESPONSE):
        response = normalise(_text(cell))
        if response in _UNFINISHED:
            return False
        if response != _FINISHED:
            raise refusal(row.line, number, "this response type is not known", "correct the row")
    return True


def _sent(row: _Row, *, finished: bool) -> tuple[datetime, str]:
    """When the row was sent, and as what that was written; of one that never was, when it was last reached."""
    number, _, cell = next(row.of(ColumnKind.TIMESTAMP))
    if finished or _text(cell):
        return row.moment(number, cell), _text(cell)
    reached = [(row.moment(n, stage), _text(stage)) for n, _, stage in row.of(ColumnKind.STAGE) if _text(stage)]
    return max(reached) if reached else (row.moment(number, cell), "")


def _claims(row: _Row) -> tuple[Claim, ...]:
    """What the row says about who sent it, the surest first; empty when it says nothing that could match."""
    options, nobody = row.form.options, row.form.vendor_format.nobody
    vouched = {
        ColumnKind.EMAIL: Verified.EMAIL if options.email_verified else Verified.THEMSELVES,
        ColumnKind.TYPED_EMAIL: Verified.THEMSELVES,
        ColumnKind.PLATFORM: Verified.PLATFORM if options.platform_verified else Verified.THEMSELVES,
    }
    sure: dict[tuple[AliasKind, str], Claim] = {}
    for kind in (ColumnKind.EMAIL, ColumnKind.TYPED_EMAIL, ColumnKind.PLATFORM):
        for number, column, cell in row.of(kind):
            value = _text(cell)
            if not value or normalise(value) in nobody:
                continue
            if kind is ColumnKind.PLATFORM:
                claim = (AliasKind.PLATFORM, f"{column.platform}:{value}", vouched[kind])
            else:
                claim = (AliasKind.EMAIL, _address(row.line, number, value), vouched[kind])
            sure.setdefault((claim[0], normalise(claim[1])), claim)
    parts = [_text(cell) for _, _, cell in row.of(ColumnKind.NAME)]
    name = " ".join(part for part in parts if part and normalise(part) not in nobody)
    names = [(AliasKind.DISPLAY_NAME, name, Verified.NOBODY)] if name else []
    phones = [phone_digits(_text(cell)) for _, _, cell in row.of(ColumnKind.PHONE)]
    names += [(AliasKind.PHONE, number, Verified.NOBODY) for number in phones if number]
    return (*sorted(sure.values(), key=lambda claim: not claim[2].sure), *names) if sure else ()


def on_behalf(row: _Row, claims: Sequence[Claim]) -> OnBehalf | None:
    """For whom else a row was filled in, None where it was not; who sent it must be vouched for to be a guardian."""
    for number, _, cell in row.of(ColumnKind.FOR_EMAIL):
        mine = {normalise(value) for kind, value, _ in claims if kind is AliasKind.EMAIL}
        if not _text(cell) or normalise(_text(cell)) in mine:
            continue
        address = (AliasKind.EMAIL, _address(row.line, number, _text(cell)), Verified.THEMSELVES)
        names = [_text(cell) for _, _, cell in row.of(ColumnKind.FOR_NAME) if _text(cell)]
        answers = [row.form.answer(_text(cell)) for _, _, cell in row.of(ColumnKind.GUARDIAN) if _text(cell)]
        return OnBehalf(
            claims=(address, *((AliasKind.DISPLAY_NAME, name, Verified.NOBODY) for name in names)),
            by_guardian=EventState.GIVEN in answers and claims[0][2].sure,
        )
    return None


def _address(line: int, number: int, value: str) -> str:
    if not is_address(value):
        raise refusal(line, number, "not an e-mail address", "nobody could be matched; correct the row")
    return value


def _states(row: _Row, *, finished: bool) -> tuple[Mapping[Purpose, EventState], tuple[int, ...]]:
    """The answer to each purpose, the most restrictive where there are two; what cannot be read is unknown."""
    states: dict[Purpose, EventState] = {}
    unread = []
    for number, (cell, column) in enumerate(zip(row.cells, row.columns, strict=True), start=1):
        answers = cell_answers(_text(cell), column, row.form, finished=finished)
        if EventState.UNKNOWN in answers.values():
            unread.append(number)
        for purpose, state in answers.items():
            states[purpose] = max(states.get(purpose, state), state, key=lambda each: each.restrictiveness)
    return states, tuple(unread)


def cell_answers(cell: str, column: Column, form: Form, *, finished: bool) -> Mapping[Purpose, EventState]:
    """The answers in one cell; in a row that was never submitted only a refusal counts as an answer."""
    if column.kind is ColumnKind.WITHDRAWS:
        withdrawn = form.withdrawn(cell)
        return _each(ASKABLE, EventState.UNKNOWN) if withdrawn is None else _each(withdrawn, EventState.WITHDRAWN)
    answers = _answered(cell, column, form)
    if finished:
        return answers
    return {purpose: state if cell and state.is_no else EventState.REQUESTED for purpose, state in answers.items()}


def _answered(cell: str, column: Column, form: Form) -> Mapping[Purpose, EventState]:
    """What a cell says of the purposes of its column; a plain no that the mapping lacks is one, a plain yes is not."""
    if column.kind not in ASKING:
        return {}
    unread = EventState.REFUSED if is_plain_no(cell) else EventState.UNKNOWN
    if column.kind is ColumnKind.TICKS:
        granted = form.granted(column, cell)
        return _each(column.purposes, unread) if granted is None else granted
    state = form.choice(column, cell) if column.kind is ColumnKind.CHOICE else form.answer(cell)
    return _each(column.purposes, state or unread)


def _each(purposes: Iterable[Purpose], state: EventState) -> Mapping[Purpose, EventState]:
    return dict.fromkeys(purposes, state)
