"""Finds the list of participants beside a recording, by its header, and puts its stays on the session's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pipeline.errors import InputRefused
from pipeline.ingest import clock
from pipeline.ingest.attendance import graph, meet, meet_api, teams, zoom, zoom_api
from pipeline.ingest.attendance.merge import GRACE_S, Clock
from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.listing import Listing
from pipeline.records import Attendance

_DRIFT_S = 10.0
"""How far apart the clocks of a platform and a recorder are taken to be at least."""

_OF_APIS = (graph.parse, zoom_api.parse, meet_api.parse)
_OF_TABLES = (teams.parse, meet.parse, zoom.parse)


def merged(reports: Sequence[AttendanceReport]) -> AttendanceReport:
    """Several reports of one session as one: whoever is in any of them was there.

    The same row in two of them is one; twice in one of them it may be two people of one name.

    Raises ``InputRefused`` where they say that they are of different meetings.
    """
    topics = list(dict.fromkeys(report.topic for report in reports if report.topic))
    if len(topics) > 1:
        raise InputRefused(
            f"the folder holds {len(reports)} participants reports of different meetings",
            action="leave those of this meeting in the folder",
        )
    times: Counter[AttendanceRow] = Counter()
    for report in reports:
        times |= Counter(report.rows)
    return AttendanceReport(tuple(times.elements()), next(iter(topics), ""))


def named_reports(listing: Listing, names: Sequence[str]) -> AttendanceReport:
    """The lists that session.toml names, as one; raises ``InputRefused`` where one is not there or nobody's list."""
    return merged([_named_report(listing, name) for name in names])


def _named_report(listing: Listing, name: str) -> AttendanceReport:
    if name not in listing.names:
        raise InputRefused("session.toml: the file named by 'roster' is not there", action="correct the key")
    report = report_in(listing, name)
    if report is None:
        raise InputRefused(
            "the participants report is not one of Zoom, Microsoft Teams or Google Meet",
            action="say in session.toml who was there, and take out 'roster'",
        )
    return report


def clock_of(draft: SessionDraft) -> Clock:
    """The recorder's clock as far as session.toml and the platform say it."""
    zone = draft.facts.timezone
    return Clock(clock.local_start(draft), ZoneInfo(zone) if zone else None, clock.known_start(draft))


def report_in(listing: Listing, name: str) -> AttendanceReport | None:
    """The list that a file is, whichever platform wrote it; None where it is none.

    Raises ``InputRefused`` for a list that cannot be read with certainty, or a file that is no text.
    """
    text = listing.text(name, "the participants report")
    parsers = _OF_APIS if name.lower().endswith(".json") else _OF_TABLES
    return next((parsed for parse in parsers if (parsed := parse(text)) is not None), None)


def within(people: tuple[Person, ...], duration_s: float) -> tuple[Attendance, ...]:
    """When each was there, wider by the doubt about it, within the session; edges within a minute of it are its own.

    Somebody whose every stay lies outside has none, and so counts as there throughout.
    """
    attendance = []
    for number, person in enumerate(people, start=1):
        for stay in person.stays:
            time_uncertainty_s = max(stay.uncertainty_s, _DRIFT_S)
            start_s, end_s = stay.join_s - time_uncertainty_s, stay.leave_s + time_uncertainty_s
            start_s = 0.0 if start_s <= GRACE_S else start_s
            end_s = duration_s if end_s >= duration_s - GRACE_S else end_s
            if start_s < end_s:
                attendance.append(
                    Attendance(
                        participant_id=f"p{number}",
                        join_s=start_s,
                        leave_s=end_s,
                        accepted_platform_notice=stay.accepted_notice,
                        uncertainty_s=time_uncertainty_s,
                        surely_s=(
                            max(0.0, stay.join_s + time_uncertainty_s),
                            min(duration_s, stay.leave_s - time_uncertainty_s),
                        ),
                    )
                )
    return tuple(attendance)
