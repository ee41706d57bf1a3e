"""Form mappings: which column of a table of answers means what, as part of one notice version."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.consent.events import EventState
from pipeline.consent.identity import normalise
from pipeline.errors import UsageProblem
from pipeline.records import Purpose

ASKABLE = tuple(purpose for purpose in Purpose if purpose is not Purpose.CODE_PUBLISH)
"""The purposes that a person can answer for; publishing code is for their organisation to allow."""
EVERYTHING = "everything"
_SCOPE = re.compile(r"series:\S+|session:\S+|until:\d{4}-\d{2}-\d{2}|any")
_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ColumnKind(StrEnum):
    """What a column holds."""

    TIMESTAMP = "timestamp"
    EMAIL = "email"
    NAME = "name"
    COMPANY = "company"
    PLATFORM = "platform"
    PURPOSE = "purpose"
    WITHDRAWS = "withdraws"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, with the platform or the purposes that it is for."""

    kind: ColumnKind
    platform: str = ""
    purposes: tuple[Purpose, ...] = ()


class Options(BaseModel):
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
    timezone: _Filled
    date_format: _Filled
    scope: _Filled
    names_purposes: tuple[Purpose, ...]
    text: _Filled
    columns: dict[str, str] = Field(min_length=1)
    answers: dict[str, EventState] = {}
    withdraws: dict[str, str] = {}
    options: Options = Options()

    @property
    def asks(self) -> bool:
        """Whether this form takes a yes, and so tells people what they say yes to."""
        return EventState.GIVEN in self.answers.values()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of its timestamps."""
        return ZoneInfo(self.timezone)

    def bound_columns(self) -> dict[str, Column]:
        """What each header means; raises ``UsageProblem`` for a meaning that there is not."""
        return {header.strip(): _column(header, meaning) for header, meaning in self.columns.items()}

    def answer(self, text: str) -> EventState | None:
        """The state that an answer means, None when the mapping has no such answer; a blank one is a no."""
        return self._answers.get(normalise(text), None if text.strip() else EventState.REFUSED)

    def withdrawn(self, text: str) -> tuple[Purpose, ...] | None:
        """The purposes that an answer withdraws, none for a blank one, None when it cannot be read."""
        whole = self._withdrawn_by(text)
        if whole is not None:
            return whole
        parts = [self._withdrawn_by(part) for part in re.split(r"[;,]", text) if part.strip()]
        if any(part is None for part in parts):
            return None
        return tuple(dict.fromkeys(purpose for part in parts for purpose in part or ()))

    @cached_property
    def _answers(self) -> dict[str, EventState]:
        return {normalise(answer): state for answer, state in self.answers.items()}

    def _withdrawn_by(self, text: str) -> tuple[Purpose, ...] | None:
        named = {normalise(label): purposes for label, purposes in self.withdraws.items()}
        code = normalise(named.get(normalise(text), text))
        if code == EVERYTHING:
            return tuple(Purpose)
        try:
            return tuple(Purpose(part.strip()) for part in code.split(",")) if code else ()
        except ValueError:
            return None


def read_form(path: Path) -> Form:
    """The form mapping in a TOML file; raises ``UsageProblem`` naming the key that is wrong."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        form = Form(**values)
    except OSError as error:
        raise UsageProblem("the form mapping cannot be read", action="check the path given to --form") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"the form mapping is not valid TOML: {error}", action="correct that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageProblem(f"form mapping: {key}: {first['msg']}", action="see docs/consent.md") from error
    _check(form)
    return form


def _check(form: Form) -> None:
    """Raises ``UsageProblem`` for a mapping that contradicts itself."""
    columns = list(form.bound_columns().values())
    kinds = [column.kind for column in columns]
    asked = {purpose for column in columns for purpose in column.purposes}
    problems = {
        "columns: one column must be the timestamp": kinds.count(ColumnKind.TIMESTAMP) != 1,
        "columns: at most one column can be the email, one the name": max(map(kinds.count, _ONCE)) > 1,
        "columns: an email or platform column is needed": not {ColumnKind.EMAIL, ColumnKind.PLATFORM} & set(kinds),
        "columns: no column holds an answer": not {ColumnKind.PURPOSE, ColumnKind.WITHDRAWS} & set(kinds),
        "columns: a question asks for a purpose that names_purposes lacks": not asked <= set(form.names_purposes),
        "names_purposes: code_publish is for an organisation to allow": not set(form.names_purposes) <= set(ASKABLE),
        "scope: use series:NAME, session:ID, until:YYYY-MM-DD or any": not _SCOPE.fullmatch(form.scope),
        "scope: any is for withdrawals; a yes needs a narrower one": form.scope == "any" and form.asks,
        "withdraws: use purposes or everything": any(form.withdrawn(label) is None for label in form.withdraws),
        "date_format: it must hold year, month, day, hour and minute": not _keeps_minutes(form.date_format),
        "timezone: there is no such zone on this machine": not _has_zone(form.timezone),
    }
    for problem, is_there in problems.items():
        if is_there:
            raise UsageProblem(f"form mapping: {problem}", action="see docs/consent.md")


_ONCE = (ColumnKind.EMAIL, ColumnKind.NAME)


def _column(header: str, meaning: str) -> Column:
    kind, _, detail = (part.strip() for part in meaning.partition(":"))
    try:
        if kind == ColumnKind.PURPOSE:
            return Column(ColumnKind.PURPOSE, purposes=tuple(Purpose(code.strip()) for code in detail.split(",")))
        if kind == ColumnKind.PLATFORM and detail:
            return Column(ColumnKind.PLATFORM, platform=detail)
        if kind != ColumnKind.PLATFORM and not detail:
            return Column(ColumnKind(kind))
    except ValueError as error:
        raise UsageProblem(
            f"form mapping: columns: {header!r} has no known meaning", action="see docs/consent.md"
        ) from error
    raise UsageProblem(f"form mapping: columns: {header!r} has no known meaning", action="see docs/consent.md")


def _keeps_minutes(date_format: str) -> bool:
    sample = datetime(2026, 11, 22, 13, 47)
    try:
        read = datetime.strptime(sample.strftime(date_format), date_format)
    except ValueError:
        return False
    return read.replace(tzinfo=None) == sample


def _has_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
