"""Reads the participants of Zoom's API: ``GET /report/meetings/{uuid}/participants``, saved as JSON, in UTC.

A row is one stay. The id is the account's of somebody who was logged in, and empty for a guest.
"""

from __future__ import annotations

from typing import Any

from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow
from pipeline.ingest.json_objects import members, moment_of, objects_with, text_of

_PEOPLE = "participants"
_IDS = ("participant_user_id", "id")
_WAITING = "in_waiting_room"


def parse(text: str) -> AttendanceReport | None:
    """The list, or None where the text is none of Zoom's."""
    reports = objects_with(text, _PEOPLE)
    people = [person for report in reports for person in members(report, _PEOPLE)]
    if not any("join_time" in person for person in people):
        return None
    return AttendanceReport(tuple(row for person in people if (row := _row(person)) is not None))


def _row(person: dict[str, Any]) -> AttendanceRow | None:
    """One stay; None for somebody who never left the waiting room, or without a name."""
    name = text_of(person, "name")
    if not name or text_of(person, "status").lower() == _WAITING:
        return None
    joined, left = (moment_of(text_of(person, key)) for key in ("join_time", "leave_time"))
    account_id = next((value for key in _IDS if (value := text_of(person, key))), "")
    return AttendanceRow(
        name=name,
        email=text_of(person, "user_email") or None,
        joined=(joined,) if joined else (),
        left=(left,) if left else (),
        platform_id=f"zoom:{account_id}" if account_id and not account_id.count(" ") else None,
        joined_text=text_of(person, "join_time"),
    )
