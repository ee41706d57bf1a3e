"""When a recording began, as platforms and phones write it into the names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_ZONE = r"(?:(?P<utc>GMT|UTC)(?P<zone>[+-]\d{1,2}(?:[:_]?\d\d)?)?|[A-Z]{2,5})"
_STARTS = (
    re.compile(r"(?P<utc>GMT)(?P<date>\d{8})-(?P<clock>\d{6})_Recording.*"),
    re.compile(rf".*\((?P<date>\d{{4}}-\d\d-\d\d) \S.{{0,9}} (?P<clock>\d\d.\d\d(?:.\d\d)?) {_ZONE}\).*"),
    re.compile(rf".*[-–—] (?P<date>\d{{4}}[-/_.]\d\d[-/_.]\d\d) (?P<clock>\d\d.\d\d) {_ZONE} [-–—] .*"),
    re.compile(r".*[- ](?P<date>\d{8})_(?P<clock>\d{6})(?P<utc>UTC)?-(?=[^\W\d_]).*"),
    re.compile(
        r"(?:.*\D)?(?P<date>20\d\d([-_.]?)\d\d\2\d\d)(?:[Tt_ -]| at )(?P<clock>\d\d([-_.:]?)\d\d(?:\4\d\d)?)(?:\D.*)?"
    ),
)
"""How Zoom's cloud, Meet, Teams, and OBS, Zoom's folders and phones write a recording's start into a name."""


def start_in_names(names: Iterable[str]) -> datetime | None:
    """The first start that one of the names has, aware or local; None where none has any."""
    return next((start for name in names if (start := written_start(name.rpartition("/")[2]))), None)


def written_start(name: str) -> datetime | None:
    """The start that a name has, aware where the name says its zone; None where it has none, or no possible one."""
    for pattern in _STARTS:
        match = pattern.fullmatch(name)
        if match is None:
            continue
        digits = re.sub(r"\D", "", match["date"] + match["clock"]).ljust(14, "0")
        try:
            local = datetime.strptime(digits, "%Y%m%d%H%M%S")
            zone, is_utc = match.groupdict().get("zone"), match.groupdict().get("utc") is not None
            return _aware(local, zone) if zone else local.replace(tzinfo=UTC if is_utc else None)
        except ValueError:
            return None
    return None


def _aware(local: datetime, zone: str) -> datetime:
    hours, _, minutes = zone.replace("_", ":").partition(":")
    if not minutes and len(hours) > len("+01"):
        hours, minutes = hours[:3], hours[3:]
    return datetime.fromisoformat(f"{local.isoformat()}{int(hours):+03d}:{minutes or '00'}")
