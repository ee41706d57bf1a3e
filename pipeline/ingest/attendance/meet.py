"""Reads Google Meet's attendance report, with and without the block about the meeting."""

from __future__ import annotations

from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow, lines
from pipeline.ingest.timestamps import readings, resolution_s

_TIMES = {"time joined", "time exited"}
_TITLES = ("meeting title", "meeting name", "title")


def parse(text: str) -> AttendanceReport | None:
    """The report, or None where the table is not one; its times are times of day."""
    header: list[str] = []
    rows: list[AttendanceRow] = []
    topic = ""
    for values in lines(text):
        lowered = [value.lower() for value in values]
        if set(lowered) >= _TIMES and ("name" in lowered or "first name" in lowered):
            header = lowered
        elif header and any(values):
            row = _row(dict(zip(header, values, strict=False)))
            rows += [row] if row else []
        elif not header and len(values) > 1 and lowered[0].rstrip(":") in _TITLES:
            topic = values[1]
    return AttendanceReport(tuple(rows), topic) if header else None


def _row(record: dict[str, str]) -> AttendanceRow | None:
    name = record.get("name") or " ".join(
        part for part in (record.get("first name", ""), record.get("last name", "")) if part
    )
    if not name:
        return None
    joined = record.get("time joined", "")
    return AttendanceRow(
        name=name,
        email=record.get("email") or None,
        joined=readings(joined),
        left=readings(record.get("time exited", "")),
        coarse_s=resolution_s(joined),
        joined_text=joined,
    )
