"""Reads the participants of Google Meet's API: ``conferenceRecords/*/participants``, with their sessions, in UTC.

A signed-in participant may be a room's device; a telephone's name is its partly hidden number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow
from pipeline.ingest.json_objects import members, moment_of, objects_with, text_of

_USERS = ("signedinUser", "signedInUser", "anonymousUser", "phoneUser")


def parse(text: str) -> AttendanceReport | None:
    """The list, or None where the text is none of Meet's."""
    participants = objects_with(text, *_USERS)
    if not participants:
        return None
    return AttendanceReport(tuple(row for participant in participants for row in _rows(participant)))


def _rows(participant: dict[str, Any]) -> Iterator[AttendanceRow]:
    users = (participant.get(key) for key in _USERS)
    user = next((user for user in users if isinstance(user, dict)), None)
    name, user_id = text_of(user, "displayName"), text_of(user, "user").removeprefix("users/")
    if not name:
        return
    for stay in members(participant, "participantSessions") or [participant]:
        joined = text_of(stay, "startTime") or text_of(stay, "earliestStartTime")
        times = [moment_of(joined), moment_of(text_of(stay, "endTime") or text_of(stay, "latestEndTime"))]
        yield AttendanceRow(
            name=name,
            email=None,
            joined=tuple(filter(None, times[:1])),
            left=tuple(filter(None, times[1:])),
            platform_id=f"google:{user_id}" if user_id and not user_id.count(" ") else None,
            joined_text=joined,
        )
