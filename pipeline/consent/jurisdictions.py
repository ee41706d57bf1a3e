"""The rule of the places involved in a session: the strictest of a dated table; what is not known is strict."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.consent.decide import Law
from pipeline.errors import ConfigurationError

WARN_BEFORE = timedelta(days=7)
"""How long before a review is due it is said."""

_TABLE = Path(__file__).with_name("jurisdictions.toml")


class Place(BaseModel):
    """One row of the table: what holds where, on which source, until it is looked at again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[str, ...] = Field(min_length=1)
    name: str
    rule: Law
    source: str
    confidence: Literal["V", "S", "M"]
    note: str = ""
    announcement_must_be_in_recording: bool = False
    reviewed_on: date
    next_review: date

    def law(self, today: date) -> Law:
        """The rule as it stands; unknown once its review is overdue.

        Where a notice counts only if it is heard in the recording, nobody has listened for it yet: only a yes counts.
        """
        if today > self.next_review:
            return Law.UNKNOWN
        return Law.EXPRESS if self.announcement_must_be_in_recording else self.rule


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    place: tuple[Place, ...]


@lru_cache(maxsize=4)
def places(path: Path = _TABLE) -> Mapping[str, Place]:
    """Every place by its ISO 3166 code; raises ``ConfigurationError`` for a table that cannot be read."""
    try:
        table = _Table(**tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigurationError("jurisdictions.toml cannot be read", action="restore it from the package") from error
    found: dict[str, Place] = {}
    for place in table.place:
        for code in place.codes:
            if code in found:
                raise ConfigurationError(f"jurisdictions.toml: {code} is there twice", action="keep one row for it")
            found[code] = place
    return found


def law_at(location: str | None, *, today: date) -> Law:
    """The rule at one place; a part of a country that has no row has its country's, no place is unknown."""
    code = (location or "").strip().upper()
    place = places().get(code) or places().get(code.partition("-")[0])
    return place.law(today) if place else Law.UNKNOWN


def strictest(locations: Iterable[str | None], *, now: datetime) -> Law:
    """The strictest rule of all places; unknown where one is missing or there is none."""
    order = list(Law)
    laws = [law_at(location, today=now.date()) for location in locations]
    return max(laws, key=order.index, default=Law.UNKNOWN)


def warnings(today: date, table: Mapping[str, Place] | None = None) -> tuple[str, ...]:
    """What to say of the table's reviews: which are overdue, so that their rules are unknown, and which are near."""
    rows = list({id(place): place for place in (places() if table is None else table).values()}.values())
    overdue = [place.next_review for place in rows if place.next_review < today]
    soon = [place.next_review for place in rows if today <= place.next_review <= today + WARN_BEFORE]
    said = []
    if overdue:
        said.append(
            f"The review of the rules of {len(overdue)} of {len(rows)} places is overdue since {min(overdue)}: they "
            "count as unknown, which asks for everybody's express yes. Have jurisdictions.toml reviewed."
        )
    if soon:
        said.append(
            f"The rules of {len(soon)} of {len(rows)} places are due for review by {min(soon)}; after that they count "
            "as unknown. Have jurisdictions.toml reviewed."
        )
    return tuple(said)
