"""Reads attendance reports of Microsoft Graph: ``attendanceRecords`` with their intervals, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow
from pipeline.ingest.json_objects import members, moment_of, objects_with, text_of

_RECORDS = "attendanceRecords"


def parse(text: str) -> AttendanceReport | None:
    """The report, or several that one answer holds; None where the text is none of Graph's."""
    reports = objects_with(text, _RECORDS)
    if not reports:
        return None
    records = (record for report in reports for record in members(report, _RECORDS))
    return AttendanceReport(tuple(row for record in records for row in _rows(record)))


def _rows(record: dict[str, Any]) -> Iterator[AttendanceRow]:
    """A row for each interval; one without times where a policy hides them."""
    identity = record.get("identity")
    identity_id, email = text_of(identity, "id"), text_of(record, "emailAddress")
    name = text_of(identity, "displayName") or email
    if not name:
        return
    for interval in members(record, "attendanceIntervals") or [{}]:
        joined, left = (moment_of(text_of(interval, key)) for key in ("joinDateTime", "leaveDateTime"))
        yield AttendanceRow(
            name=name,
            email=email or None,
            joined=(joined,) if joined else (),
            left=(left,) if left else (),
            platform_id=f"teams:{identity_id}" if identity_id and not identity_id.count(" ") else None,
            joined_text=text_of(interval, "joinDateTime"),
        )
