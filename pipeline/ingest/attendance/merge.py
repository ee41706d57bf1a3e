"""Makes people of the rows of a report: who is one person, when they were there, and whether they came late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import inf
from zoneinfo import ZoneInfo

from pipeline.errors import InputRefused
from pipeline.ingest.attendance.model import AttendanceRow, NoticeAnswer
from pipeline.ingest.draft import Person, Stay
from pipeline.ingest.encodings import folded, renamed
from pipeline.ingest.timestamps import Moment, nearest

GRACE_S = 60.0
"""How long after the start somebody who joins still counts as there from the start."""

_ANSWERED = {NoticeAnswer.YES: True, NoticeAnswer.NO: False, NoticeAnswer.NOTHING: None}


@dataclass(frozen=True, slots=True)
class Clock:
    """The recorder's wall clock: the session's start on it, None where unknown, and its zone where that is known.

    ``utc`` is the start for times that say their zone, None where nobody states it.
    """

    start: datetime | None
    zone: ZoneInfo | None = None
    utc: datetime | None = None

    def since_s(self, at: datetime, start: datetime) -> float:
        """Seconds from the start to a local time, over a change of the clocks where the zone is known."""
        if self.zone is None:
            return (at - start).total_seconds()
        there, then = (moment.replace(tzinfo=self.zone).astimezone(UTC) for moment in (at, start))
        return (there - then).total_seconds()

    def time_uncertainty_s(self, at: datetime, start: datetime) -> float:
        """How far off that is: by as much as the clocks changed between the two, or at a time that was there twice."""
        if self.zone is None:
            return 0.0
        moments = [moment.replace(tzinfo=self.zone, fold=fold) for moment in (at, start) for fold in (0, 1)]
        offsets = [(moment.utcoffset() or UTC.utcoffset(None)).total_seconds() for moment in moments]
        return max(offsets) - min(offsets)


def people(rows: Sequence[AttendanceRow], clock: Clock) -> tuple[Person, ...]:
    """One person for each e-mail, or without one for each name, in order; a rename makes nobody new.

    Raises ``InputRefused`` where two people cannot be told apart. Somebody is late unless seen to be there within a
    minute of the start, or known to have answered the platform's own notice with yes.
    """
    groups: list[list[AttendanceRow]] = []
    for row in rows:
        group = next((group for group in groups if any(_same(row, other) for other in group)), None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    stays = [_stays(group, clock) for group in groups]
    if not any(_at_start(group_stays) for group_stays in stays):
        stays = [() for _ in stays]  # nobody was there at the start: the report keeps another zone's time, or none
    people = []
    for group, group_stays in zip(groups, stays, strict=True):
        if group[0].email is group[0].platform_id is None and len(group) > 1 and _may_be_two(group, group_stays):
            raise InputRefused(
                "two people of the participants report have one name and no e-mail", action="correct the report's rows"
            )
        people.append(_person(group, group_stays))
    return tuple(people)


def _same(row: AttendanceRow, other: AttendanceRow) -> bool:
    """Whether two rows are one person's: by e-mail, without one by id, or by a name that both bear or bore."""
    if row.email or other.email:
        return bool(row.email and other.email and folded(row.email) == folded(other.email))
    if row.platform_id and other.platform_id:
        return row.platform_id == other.platform_id
    name, other_name = folded(renamed(row.name)[0]), folded(renamed(other.name)[0])
    return name == other_name or (bool(_names(row) & _names(other)) and _follow_each_other(row, other))


def _names(row: AttendanceRow) -> set[str]:
    return {folded(name) for name in renamed(row.name) if name}


def _follow_each_other(row: AttendanceRow, other: AttendanceRow) -> bool:
    """Whether two stays are known not to overlap."""
    if not (row.joined and row.left and other.joined and other.left):
        return False
    ends = [(str(each.joined[0]), str(each.left[0])) for each in (row, other)]
    return max(ends)[0] >= min(ends)[1]


def _stays(rows: Sequence[AttendanceRow], clock: Clock) -> tuple[Stay, ...]:
    """When somebody was there; empty where a row of theirs does not say it."""
    merged = []
    for row in rows:
        joined, left = _since_start(row.joined, clock), _since_start(row.left, clock)
        if joined is None:
            return ()
        stay = Stay(
            join_s=joined[0],
            leave_s=inf if left is None else left[0] + row.coarse_s,
            accepted_notice=_ANSWERED[row.notice_answer],
            uncertainty_s=max(row.coarse_s, joined[1], left[1] if left else 0.0),
        )
        if stay.leave_s < stay.join_s:
            return ()
        merged.append(stay)
    return tuple(sorted(merged, key=lambda stay: stay.join_s))


def _since_start(moments: tuple[Moment, ...], clock: Clock) -> tuple[float, float] | None:
    """Seconds from the start to a written time, and how far off they may be; None where either is not known."""
    stated = next((at for at in moments if isinstance(at, datetime) and at.tzinfo is not None), None)
    if stated is not None:
        return ((stated - clock.utc).total_seconds(), 0.0) if clock.utc else None
    if clock.start is None or (at := nearest(moments, clock.start)) is None:
        return None
    return clock.since_s(at, clock.start), clock.time_uncertainty_s(at, clock.start)


def _at_start(stays: Sequence[Stay]) -> bool:
    return any(stay.join_s <= GRACE_S and stay.leave_s >= 0.0 for stay in stays)


def _may_be_two(rows: Sequence[AttendanceRow], stays: Sequence[Stay]) -> bool:
    """Whether rows of one name may be two people: their stays overlap or have no times."""
    if len(stays) != len(rows):
        return True
    return any(later.join_s + later.uncertainty_s < earlier.leave_s for earlier, later in pairwise(stays))


def _person(rows: Sequence[AttendanceRow], stays: tuple[Stay, ...]) -> Person:
    name = renamed(rows[0].name)[0]
    others = [other for row in rows for other in renamed(row.name) if other and folded(other) != folded(name)]
    answers = {_ANSWERED[row.notice_answer] for row in rows}
    if not stays and answers != {None}:
        stays = (Stay(join_s=0.0, leave_s=inf, accepted_notice=False not in answers),)
    return Person(
        name=name,
        aliases=tuple(dict.fromkeys(others)),
        email=rows[0].email,
        platform_id=next((row.platform_id for row in rows if row.platform_id), None),
        joined_late=not (_at_start(stays) or True in answers),
        stays=stays,
    )
