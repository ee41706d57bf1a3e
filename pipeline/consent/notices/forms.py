"""Form mappings: which column of a table of answers means what, as part of one notice version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pipeline.consent.log.events import EventState
from pipeline.consent.log.identity import normalise
from pipeline.consent.notices.multi_select import ticked
from pipeline.consent.notices.vendors import VENDOR_FORMATS, FormTool, VendorFormat, heading
from pipeline.errors import UsageProblem
from pipeline.records import Purpose

ASKABLE = tuple(purpose for purpose in Purpose if purpose is not Purpose.CODE_PUBLISH)
"""The purposes that a person can answer for; publishing code is for their organisation to allow."""
EVERYTHING = "everything"
_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_OneOrMore = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
_YES, _NO = frozenset({"1", "true", "yes", "x"}), frozenset({"", "0", "false", "no"})


class ColumnKind(StrEnum):
    """What a column holds."""

    TIMESTAMP = "timestamp"
    STAGE = "stage"
    MODIFIED = "modified"
    RESPONSE = "response"
    EMAIL = "email"
    TYPED_EMAIL = "typed_email"
    NAME = "name"
    PHONE = "phone"
    COMPANY = "company"
    LOCATION = "location"
    FOR_EMAIL = "for_email"
    FOR_NAME = "for_name"
    GUARDIAN = "guardian"
    OF_AGE = "of_age"
    PLATFORM = "platform"
    PURPOSE = "purpose"
    TICKS = "ticks"
    CHOICE = "choice"
    WITHDRAWS = "withdraws"
    IGNORE = "ignore"


ONCE = (
    ColumnKind.TIMESTAMP,
    ColumnKind.MODIFIED,
    ColumnKind.RESPONSE,
    ColumnKind.EMAIL,
    ColumnKind.NAME,
    ColumnKind.FOR_EMAIL,
    ColumnKind.FOR_NAME,
    ColumnKind.GUARDIAN,
    ColumnKind.OF_AGE,
)
"""What at most one column of a table can be."""
IDENTIFYING = (ColumnKind.EMAIL, ColumnKind.TYPED_EMAIL, ColumnKind.PLATFORM)
ASKING = (ColumnKind.PURPOSE, ColumnKind.TICKS, ColumnKind.CHOICE)
"""What a question that takes a yes can be."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, its header, and the platform or the purposes that it is for."""

    kind: ColumnKind
    header: str = ""
    platform: str = ""
    purposes: tuple[Purpose, ...] = ()


class FormOptions(BaseModel):
    """What the form tool vouches for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email_verified: bool = False
    platform_verified: bool = False


class Form(BaseModel):
    """A notice version with its form mapping, as its TOML file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice_id: _Filled
    version: _Filled
    language: _Filled
    supersedes: str = ""
    material_change: bool = False
    changes: tuple[Purpose, ...] = ()
    effective_from: date | None = None
    tool: FormTool = FormTool.GENERIC
    timezone: str = ""
    date_format: Annotated[tuple[_Filled, ...], _OneOrMore] = ()
    separator: str = ""
    scope: _Filled
    names_purposes: tuple[Purpose, ...]
    text: _Filled
    columns: dict[str, str] = Field(min_length=1)
    answers: dict[str, EventState] = {}
    ticks: dict[str, str] = {}
    withdraws: dict[str, str] = {}
    options: FormOptions = FormOptions()

    @property
    def asks(self) -> bool:
        """Whether this form takes a yes, and so tells people what they say yes to."""
        kinds = {column.kind for column in self.bound_columns().values()}
        says_yes = EventState.GIVEN in self._answers.values()
        return bool(kinds & {ColumnKind.TICKS, ColumnKind.CHOICE}) or (says_yes and ColumnKind.PURPOSE in kinds)

    @property
    def vendor_format(self) -> VendorFormat:
        """What its tool adds to a table by itself."""
        return VENDOR_FORMATS[self.tool]

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of its timestamps."""
        return ZoneInfo(self.timezone or self.vendor_format.timezone)

    @property
    def replaces_from(self) -> datetime | None:
        """From when a material change ends earlier consent, in UTC; None without one."""
        if not self.material_change or self.effective_from is None:
            return None
        return datetime.combine(self.effective_from, time(), tzinfo=self.zone).astimezone(UTC)

    @property
    def separators(self) -> tuple[str, ...]:
        """What stands between several answers in one cell."""
        return (self.separator,) if self.separator else self.vendor_format.separators

    def bound_columns(self) -> dict[str, Column]:
        """What each header of the mapping means; raises ``UsageProblem`` for a meaning that there is not."""
        return {heading(header): _column(header, meaning) for header, meaning in self.columns.items()}

    def added_columns(self) -> dict[str, Column]:
        """What the headers mean that its tool adds; without meaning where the mapping has a column of that kind."""
        taken = {column.kind for column in self.bound_columns().values()} & set(ONCE)
        added = {heading(header): _column(header, meaning) for header, meaning in self.vendor_format.columns.items()}
        return {
            header: Column(ColumnKind.IGNORE) if column.kind in taken else column for header, column in added.items()
        }

    def answer(self, text: str) -> EventState | None:
        """The state that an answer means, None when the mapping has no such answer; a blank one is a no.

        Of several answers in one cell a no counts; answers that differ otherwise cannot be read.
        """
        whole = self._answers.get(normalise(text), None if text.strip() else EventState.REFUSED)
        if whole is not None:
            return whole
        states = {self._answers[label] for label in ticked(text, self._answers, self.separators) or ()}
        noes = [state for state in states if state.is_no]
        return next(iter(noes or (states if len(states) == 1 else ())), None)

    def choice(self, column: Column, text: str) -> EventState | None:
        """The state that the one choice of a column means: ticked is a yes, left alone a no."""
        answer = normalise(text)
        if answer in self._answers:
            return self._answers[answer]
        if answer in _NO:
            return EventState.REFUSED
        return EventState.GIVEN if answer in _YES or answer == normalise(column.header) else None

    def granted(self, column: Column, text: str) -> Mapping[Purpose, EventState] | None:
        """What a cell of ticked answers says of each purpose that it asks for, None when it cannot be read."""
        labels = ticked(text, self._ticks, self.separators)
        if labels is None:
            return None
        yes = {purpose for label in labels for purpose in self._ticks[label]}
        return {purpose: EventState.GIVEN if purpose in yes else EventState.REFUSED for purpose in column.purposes}

    def withdrawn(self, text: str) -> tuple[Purpose, ...] | None:
        """The purposes that an answer withdraws, none for a blank one, None when it cannot be read."""
        whole = self._withdrawn_by(text)
        if whole is not None:
            return whole
        labels = ticked(text, (*self.withdraws, *Purpose, EVERYTHING), (*self.separators, ";", ","))
        parts = [self._withdrawn_by(label) for label in labels or ()]
        if labels is None or None in parts:
            return None
        return tuple(dict.fromkeys(purpose for part in parts for purpose in part or ()))

    @cached_property
    def _answers(self) -> dict[str, EventState]:
        answers = {**self.vendor_format.answers, **self.answers}
        return {normalise(answer): state for answer, state in answers.items()}

    @cached_property
    def _ticks(self) -> dict[str, tuple[Purpose, ...]]:
        return {normalise(label): purposes_of(codes) for label, codes in self.ticks.items()}

    def _withdrawn_by(self, text: str) -> tuple[Purpose, ...] | None:
        named = {normalise(label): purposes for label, purposes in self.withdraws.items()}
        code = normalise(named.get(normalise(text), text))
        if code == EVERYTHING:
            return tuple(Purpose)
        try:
            return purposes_of(code)
        except ValueError:
            return None


def purposes_of(codes: str) -> tuple[Purpose, ...]:
    """The purposes in a list with commas; raises ``ValueError`` for a code that there is not."""
    return tuple(Purpose(code.strip()) for code in codes.split(",")) if codes.strip() else ()


def _column(header: str, meaning: str) -> Column:
    kind, _, detail = (part.strip() for part in meaning.partition(":"))
    try:
        if kind in ASKING and detail:
            return Column(ColumnKind(kind), header=header, purposes=purposes_of(detail))
        if kind == ColumnKind.PLATFORM and detail:
            return Column(ColumnKind.PLATFORM, platform=detail)
        if kind not in (*ASKING, ColumnKind.PLATFORM) and not detail:
            return Column(ColumnKind(kind))
    except ValueError as error:
        raise _meaningless(header) from error
    raise _meaningless(header)


def _meaningless(header: str) -> UsageProblem:
    return UsageProblem(
        f"form mapping: columns: {header!r} has no known meaning",
        action="say purpose:CODE, another meaning of docs/consent.md, or ignore where it asks for nothing",
    )
