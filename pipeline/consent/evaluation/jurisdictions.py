"""The rule of the places involved in a session: the strictest of a dated table; what is not known is strict.

The table that is shipped holds; rows of ``jurisdictions.toml`` in the workspace take the place of its rows, and reviews
in it confirm rows for another year as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.consent.evaluation.rule_tables import Law
from pipeline.errors import ConfigurationError
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml

WARN_BEFORE = timedelta(days=42)
"""How long before a review is due it is announced: counsel needs weeks to look at a table, not days."""

FILE_NAME = "jurisdictions.toml"
_TABLE = Path(__file__).with_name(FILE_NAME)


_REMEDY = (
    "`offrecord consent jurisdictions list` shows them; have them reviewed, then record that with "
    "`offrecord consent jurisdictions review`."
)
_Code = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class Place(BaseModel):
    """One row of the table: what holds where, on which source, until it is looked at again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[_Code, ...] = Field(min_length=1)
    name: str
    rule: Law
    source: str
    confidence: Literal["V", "S", "M"]
    note: str = ""
    announcement_must_be_in_recording: bool = False
    minor_age: Annotated[int, Field(ge=1, le=25)] | None = None
    reviewed_by: str = ""
    reviewed_on: date
    next_review: date

    def law(self, today: date, *, announced: bool = False) -> Law:
        """The rule as it stands; unknown once its review is overdue.

        Where a notice counts only if it is heard in the recording, only a yes counts until it was ``announced`` there.
        """
        if today > self.next_review:
            return Law.UNKNOWN
        return Law.EXPRESS if self.announcement_must_be_in_recording and not announced else self.rule


class Review(BaseModel):
    """Somebody looked at rows and found them right: ``rules`` are the codes that each rule was confirmed for.

    A row that has another rule by now, as after an update, is not confirmed by it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Mapping[Law, tuple[_Code, ...]] = Field(min_length=1)
    source: str = Field(min_length=1)
    reviewed_by: str = Field(min_length=1)
    reviewed_on: date
    next_review: date


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = ""
    place: tuple[Place, ...] = ()
    review: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all places by their ISO 3166 codes, and which version of them that is."""

    places: Mapping[str, Place]
    version: str

    def law_at(self, location: str | None, *, today: date, announced: bool = False) -> Law:
        """The rule at one place; a part of a country that has no row has its country's, no place is unknown."""
        place = self._place(location)
        return place.law(today, announced=announced) if place else Law.UNKNOWN

    def reviewed_until(self, location: str | None) -> date | None:
        """The last day on which the rule at a place counts as reviewed; None where it has none."""
        place = self._place(location)
        return place.next_review if place else None

    def _place(self, location: str | None) -> Place | None:
        code = (location or "").strip().upper()
        return self.places.get(code) or self.places.get(code.partition("-")[0])

    def strictest(self, locations: Iterable[str | None], *, now: datetime, announced: bool = False) -> Law:
        """The strictest rule of all places; unknown where one is missing or there is none."""
        laws = [self.law_at(location, today=now.date(), announced=announced) for location in locations]
        return max(laws, key=list(Law).index, default=Law.UNKNOWN)

    def rows(self) -> tuple[Place, ...]:
        """Every row once, in the order of the table."""
        return tuple({id(place): place for place in self.places.values()}.values())

    def asks_age(self, locations: Iterable[str | None]) -> bool:
        """Whether any of these places has a rule about minors, so that everybody's age must be attested."""
        return any(place.minor_age is not None for place in map(self._place, locations) if place)

    def warnings(self, today: date) -> tuple[str, ...]:
        """What to say of the reviews: which are overdue, so that their rules are unknown, and which are near."""
        rows = self.rows()
        overdue = [place.next_review for place in rows if place.next_review < today]
        soon = [place.next_review for place in rows if today <= place.next_review <= today + WARN_BEFORE]
        warnings = []
        if overdue:
            warnings.append(
                f"The review of the rules of {len(overdue)} of {len(rows)} places is overdue since {min(overdue)}: "
                f"they count as unknown, which asks for everybody's express yes. {_REMEDY}"
            )
        if soon:
            warnings.append(
                f"The rules of {len(soon)} of {len(rows)} places are due for review by {min(soon)}; after that they "
                f"count as unknown. {_REMEDY}"
            )
        return tuple(warnings)


def rules_of(root: Path) -> Rules:
    """The rules that hold in the workspace at ``root``; raises ``ConfigurationError`` naming the line that is wrong."""
    path = root / FILE_NAME
    try:
        own = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise ConfigurationError(f"{FILE_NAME} cannot be read", action="restore it, or remove it") from error
    return rules_from(own)


def rules_from(own: bytes) -> Rules:
    """The rules that hold with this content of the workspace's file; raises ``ConfigurationError``."""
    return _rules(own, _TABLE.read_bytes())


@lru_cache(maxsize=4)
def _rules(own: bytes, shipped: bytes) -> Rules:
    table, ours = _read(shipped), _read(own)
    places = _reviewed({**_by_code(table), **_by_code(ours)}, ours.review)
    digest = hashlib.sha256(own).hexdigest()[:12]
    return Rules(places, f"{table.version}+{digest}" if ours.place or ours.review else table.version)


def _reviewed(places: dict[str, Place], reviews: Iterable[Review]) -> dict[str, Place]:
    """The places, those that a review confirms as they are due at its end; codes of one row stay one row."""
    for review in reviews:
        renewed: dict[int, Place] = {}
        dates = {name: getattr(review, name) for name in ("reviewed_by", "reviewed_on", "next_review")}
        for rule, code in ((rule, code) for rule, codes in review.rules.items() for code in codes):
            place = places.get(code)
            if place and place.rule is rule and place.next_review < review.next_review:
                places[code] = renewed.setdefault(id(place), place.model_copy(update=dates))
    return places


def _read(content: bytes) -> _Table:
    try:
        text = content.decode("utf-8")
        return _Table(**read_toml(text))
    except ValidationError as error:
        where = _line(text, error.errors(include_input=False, include_url=False)[0]["loc"])
        raise _broken(f"{where}{problem_of(error, _Table)}") from error
    except UnicodeDecodeError as error:
        raise _broken("not UTF-8 text") from error
    except (ValueError, BrokenToml) as error:
        raise _broken(str(error)) from error


def _line(text: str, place: tuple[int | str, ...]) -> str:
    """The line on which the row or review begins that is spoken of."""
    head = re.compile(rf"^[ \t]*\[\[\s*{re.escape(str(place[0]))}\s*\]\]", re.MULTILINE)
    starts = [match.start() for match in head.finditer(text)]
    number = next((part for part in place if isinstance(part, int)), len(starts))
    return f"line {text.count(chr(10), 0, starts[number]) + 1}: " if number < len(starts) else ""


def _by_code(table: _Table) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for place in table.place:
        for code in place.codes:
            if code in places:
                raise _broken(f"{code} is there twice")
            places[code] = place
    return places


def _broken(what: str) -> ConfigurationError:
    return ConfigurationError(f"{FILE_NAME}: {what}", action="correct it; docs/consent.md describes a row")
