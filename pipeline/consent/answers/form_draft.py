"""Drafts a form mapping from a table of answers: what its headers and answers seem to mean, for a person to check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import tomlkit
from tomlkit.items import Item, Table

from pipeline.consent.answers.answer_columns import AnswerColumns, read_table
from pipeline.consent.answers.question_meaning import (
    UNDECIDED,
    is_plain_no,
    meaning_of,
    purposes_in,
    state_of,
    ticked_labels,
)
from pipeline.consent.answers.tables import Cell
from pipeline.consent.answers.timestamps import UnreadableTimestamp, read_timestamp
from pipeline.consent.answers.unlisted_answers import to_check, unlisted_answers
from pipeline.consent.log.events import EventState
from pipeline.consent.log.identity import is_address, normalise
from pipeline.consent.notices.forms import ASKING, IDENTIFYING, ColumnKind, Form
from pipeline.consent.notices.vendors import VENDOR_FORMATS, FormTool
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import Purpose

_UTC = ZoneInfo("UTC")
_CODES = ", ".join(Purpose)
_ANSWERED = (ColumnKind.PURPOSE, ColumnKind.GUARDIAN, ColumnKind.OF_AGE)
"""Columns whose cells [answers] gives a meaning."""
_ONCE_ASKED = (ColumnKind.FOR_EMAIL, ColumnKind.FOR_NAME, ColumnKind.GUARDIAN, ColumnKind.OF_AGE)
_FORMATS = tuple(
    f"{day} {clock}"
    for day in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%y", "%d/%m/%y", "%d-%m-%Y", "%m-%d-%Y")
    for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
)
"""How the form tools write a time whose day and month can be swapped."""

_MOST_CHOICES, _LONGEST_CHOICE = 12, 120
"""Different answers to one question, and characters of one, from beyond which it is free text: a judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoices:
    """What no table says of its form: ``text`` are the exact words that people read, ``timezone`` that of its times."""

    notice_id: str
    version: str
    scope: str
    text: str = ""
    timezone: str = ""
    language: str = "en"
    email_verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """A drafted mapping as TOML, and what a person has to look at before it is used, without a word of an answer."""

    text: str
    to_check: tuple[str, ...]


def draft_form(content: bytes, choices: FormChoices) -> FormDraft:
    """The draft of a new form's mapping; raises ``InputRefused`` where the file holds no table."""
    table = read_table(content)
    meanings = _meanings(table)
    asking = {header: meaning for header, meaning in meanings.items() if meaning.partition(":")[0] in ASKING}
    codes = {code for meaning in asking.values() for code in meaning.partition(":")[2].split(",")}
    formats = _date_formats(table, meanings)
    values = {
        "notice_id": choices.notice_id,
        "version": choices.version,
        "language": choices.language,
        "tool": table.tool.value,
        "timezone": "" if table.tool is FormTool.TYPEFORM else choices.timezone,
        **({"date_format": formats[0]} if len(formats) == 1 else {}),
        "scope": choices.scope,
        "names_purposes": [purpose.value for purpose in Purpose if purpose in codes],
    }
    document = tomlkit.document()
    document.add(tomlkit.comment("Drafted from a table of answers: check every line, then import the table with it."))
    document.add(tomlkit.comment(f"Purposes: {_CODES}"))
    for key, value in values.items():
        document.add(key, tomlkit.item(value))
    document.add("text", tomlkit.string(choices.text or "\n".join(asking or table.columns), multiline=True))
    answers = {**_undecided_answers(table, meanings), **_answers(table, meanings)}
    document.add("columns", _table_of({header: _shown(meaning) for header, meaning in meanings.items()}))
    document.add("answers", _table_of({answer: _shown(state) for answer, state in answers.items()}))
    if ticks := _ticks(table, meanings):
        document.add("ticks", _table_of(ticks))
    document.add(
        "options",
        _table_of({"email_verified": tomlkit.item(choices.email_verified), "platform_verified": tomlkit.item(False)}),
    )
    checks = _to_check(table, meanings, answers, choices, is_open=len(formats) > 1)
    return FormDraft(text=tomlkit.dumps(document), to_check=tuple(checks))


def draft_additions(content: bytes, form: Form) -> FormDraft:
    """The lines that a mapping lacks for the questions of a table that are new.

    Raises ``InputRefused`` where the file holds no table.
    """
    table = read_table(content)
    known = {**form.added_columns(), **form.bound_columns()}
    new = {header: meaning for header, meaning in _meanings(table).items() if header not in known}
    gone = sum(header not in table.columns for header in form.bound_columns())
    answers, ticks = unlisted_answers(table, form)
    document = tomlkit.document()
    document.add("columns", _table_of({header: _shown(meaning) for header, meaning in new.items()}))
    for name, lacking in (("answers", answers), ("ticks", ticks)):
        if lacking:
            document.add(name, _table_of({answer: _shown(meaning, of=name) for answer, meaning in lacking.items()}))
    checks = [f"{counted(len(new), 'new question')}: add these lines to a mapping with a new version"] if new else []
    missing = f"{counted(gone, 'mapped question')} {is_or_are(gone)} not in the table"
    checks += [f"{missing}: one that was reworded counts as new"] if gone else []
    return FormDraft(
        text=tomlkit.dumps(document),
        to_check=(*checks, *_undecided(new), *_ignored(new), *to_check(list(answers.values()), len(ticks))),
    )


def _meanings(table: AnswerColumns) -> dict[str, str]:
    """What each column that its tool does not add seems to be; what may be there once is the first that fits."""
    meanings: dict[str, str] = {}
    for header, answers in table.questions.items():
        meaning = ColumnKind.TIMESTAMP if header == table.written_time else meaning_of(header, answers)
        meanings[header] = UNDECIDED if meaning in _ONCE_ASKED and meaning in meanings.values() else meaning
    if ColumnKind.FOR_EMAIL not in meanings.values():
        behalf = (ColumnKind.FOR_NAME, ColumnKind.GUARDIAN)
        meanings = {header: UNDECIDED if each in behalf else each for header, each in meanings.items()}
    return meanings


def _answers(table: AnswerColumns, meanings: Mapping[str, str]) -> dict[str, str]:
    """What each different answer to a question of yes or no plainly means, ``unknown`` for every other.

    A yes that names less than a question asks for, under any of the questions that it answers, is ``unknown``.
    """
    vendor = {normalise(answer) for answer in VENDOR_FORMATS[table.tool].answers}
    spelled: dict[str, str] = {}
    states: dict[str, str] = {}
    for header, meaning in meanings.items():
        kind, _, codes = meaning.partition(":")
        if kind in _ANSWERED:
            for answer in filter(None, map(str.strip, table.questions[header])):
                if normalise(answer) not in vendor:
                    first = spelled.setdefault(normalise(answer), answer)
                    state = _answer_to(answer, codes)
                    states[first] = state if states.setdefault(first, state) == state else EventState.UNKNOWN
    return states


def _undecided_answers(table: AnswerColumns, meanings: Mapping[str, str]) -> dict[str, str]:
    """What the answers mean to a question that is not decided: a plain no, else ``unknown``, as a yes may refuse there.

    Addresses are of people and no answers; nor is free text, which may name people and secrets.
    """
    asked = (table.questions[header] for header, meaning in meanings.items() if meaning == UNDECIDED)
    cells = (cell for answers in asked if not _is_free_text(answers) for cell in answers)
    spelled = {normalise(cell): cell.strip() for cell in cells if cell.strip() and not is_address(cell)}
    known = {normalise(answer) for answer in (*VENDOR_FORMATS[table.tool].answers, *_answers(table, meanings))}
    return {
        answer: EventState.REFUSED if is_plain_no(answer) else EventState.UNKNOWN
        for key, answer in spelled.items()
        if key not in known
    }


def _is_free_text(cells: Sequence[str]) -> bool:
    """Whether people wrote into a question rather than chose: many different answers, or a long one."""
    spelled = {normalise(cell) for cell in cells}
    return len(spelled) > _MOST_CHOICES or any(len(cell) > _LONGEST_CHOICE for cell in spelled)


def _answer_to(answer: str, codes: str) -> EventState:
    """What an answer plainly means to a question for purposes, in one text; "yes, you may record it" is to no other."""
    state, named = state_of(answer), purposes_in(answer)
    is_of_others = bool(named) and not set(named).issuperset(filter(None, codes.split(",")))
    return EventState.UNKNOWN if state is None or (state is EventState.GIVEN and is_of_others) else state


def _ticks(table: AnswerColumns, meanings: Mapping[str, str]) -> dict[str, Item]:
    labels = (
        label
        for header, meaning in meanings.items()
        if meaning.startswith(f"{ColumnKind.TICKS}:")
        for label in ticked_labels(table.questions[header])
    )
    return {label: tomlkit.item(",".join(purposes_in(label))) for label in labels}


def _date_formats(table: AnswerColumns, meanings: Mapping[str, str]) -> list[str]:
    """The formats that read every time of the table; none where they need none, or where none reads all of them."""
    if all(_is_read(cell, ()) for cell in table.times):
        return []
    return [written for written in _FORMATS if all(_is_read(cell, (written,)) for cell in table.times)]


def _is_read(cell: Cell, formats: Sequence[str]) -> bool:
    try:
        read_timestamp(cell, formats, _UTC)
    except UnreadableTimestamp:
        return False
    return True


def _to_check(
    table: AnswerColumns,
    meanings: Mapping[str, str],
    answers: Mapping[str, str],
    choices: FormChoices,
    *,
    is_open: bool,
) -> Iterator[str]:
    """What a person has to say or look at, the most needed first."""
    yield from _undecided(meanings)
    yield from _ignored(meanings)
    if table.tool is not FormTool.TYPEFORM and not choices.timezone:
        yield "timezone: say in which zone its times are written, as Europe/Berlin"
    if is_open:
        yield "date_format: day and month can be swapped in every row; say which comes first"
    if not {*IDENTIFYING, ColumnKind.EMAIL} & {*meanings.values(), *table.added.values()}:
        yield "columns: no column is an address or a platform id, so nobody can be matched"
    if choices.email_verified and ColumnKind.EMAIL not in {*meanings.values(), *table.added.values()}:
        yield (
            "columns: no column is an address that the form tool made sure of, so email_verified = true makes nobody "
            "certain; where it did, its column is email, not typed_email"
        )
    if not choices.text:
        yield "text: it holds the questions alone; put in all that people read above them, or give --notice"
    purposes = ",".join(meaning.partition(":")[2] for meaning in meanings.values())
    for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE):
        if purpose not in purposes:
            yield f"columns: no question asks for {purpose}, without which nothing can be done"
    if doubtful := sum(state == EventState.UNKNOWN for state in answers.values()):
        yield f"answers: {doubtful} are neither a plain yes nor a plain no, and hold as unknown"
    if not choices.email_verified:
        yield (
            "options: email_verified = true only where the form tool itself made sure of the address; "
            "otherwise `offrecord consent match --all-exact` confirms people"
        )


def _undecided(meanings: Mapping[str, str]) -> Iterator[str]:
    for number, meaning in enumerate(meanings.values(), start=1):
        if meaning == UNDECIDED:
            yield (
                f"columns: line {number} of the mapping asks for something: purpose:CODE says for what, with a CODE of "
                f"{_CODES}; withdraws where a yes refuses; or ignore"
            )


def _ignored(meanings: Mapping[str, str]) -> Iterator[str]:
    """What the draft would leave unread: a question in other words may ask for a place, a name or a permission."""
    lines = [str(number) for number, meaning in enumerate(meanings.values(), start=1) if meaning == ColumnKind.IGNORE]
    if lines:
        named = f"{'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}"
        yield (
            f"columns: {named} of the mapping {is_or_are(len(lines))} "
            "ignored: make sure that nothing there asks for a permission, an address, a name, an age or a place"
        )


def _shown(value: str, of: str = "columns") -> Item:
    """A value as TOML in a table of the mapping, with a remark beside what a person decides."""
    remarks = {
        UNDECIDED: "decide: the purposes that it ticks, with commas, or nothing for none"
        if of == "ticks"
        else "decide: purpose:CODE, withdraws where a yes refuses, typed_email for their own address, or ignore",
        ColumnKind.IGNORE: "not read: check that it asks for no permission, address, name, age or place",
        EventState.UNKNOWN: "? not read, holds; given or refused only where that is what they read",
    }
    item = tomlkit.item(str(value))
    return item.comment(remarks[value]) if value in remarks else item


def _table_of(entries: Mapping[str, Item]) -> Table:
    table = tomlkit.table()
    for key, item in entries.items():
        table.add(key, item)
    return table
