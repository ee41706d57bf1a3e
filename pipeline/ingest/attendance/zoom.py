"""Reads Zoom's participants report in its header variants."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import InputRefused
from pipeline.ingest.attendance.model import AttendanceReport, AttendanceRow, NoticeAnswer, cell, lines
from pipeline.ingest.timestamps import readings, resolution_s

_NAMES = ("name (original name)", "user name (original name)", "name", "user name")
_PARTS = ("first name", "last name")
_EMAILS = ("user email", "email")
_CONSENTS = ("recording consent", "recording disclaimer response")
_ANSWERS = {
    "": NoticeAnswer.NOTHING,
    **dict.fromkeys(("ok", "yes", "y", "agree", "agreed", "accepted"), NoticeAnswer.YES),
    **dict.fromkeys(("no", "n", "declined", "decline", "disagree", "denied"), NoticeAnswer.NO),
}
_TITLES = frozenset({"host details", "panelist details", "attendee details", "other attended"})


def parse(text: str) -> AttendanceReport | None:
    """The report, or None where the table is not one; raises ``InputRefused`` for a report with damaged rows."""
    rows: list[AttendanceRow] = []
    topic, seen = "", False
    for record in _records(text):
        seen = seen or cell(record, *_NAMES) is not None or {*_PARTS, "join time"} <= record.keys()
        topic = topic or record.get("topic", "")
        row = _row(record)
        if row is not None:
            rows.append(row)
    return AttendanceReport(tuple(rows), topic) if seen else None


def _records(text: str) -> Iterator[dict[str, str]]:
    """Every line below a header as lower-case header to cell; a header with other columns begins a new table."""
    header: list[str] = []
    for values in lines(text):
        lowered = [value.lower() for value in values]
        if _is_header(lowered):
            header = lowered
            yield dict.fromkeys(header, "")
        elif header and not _is_title(lowered, header):
            yield dict(zip(header, values, strict=False))


def _is_header(lowered: list[str]) -> bool:
    return (
        any(name in lowered for name in _NAMES)
        or {*_PARTS, "join time"} <= set(lowered)
        or {"meeting id", "topic"} <= set(lowered)
    )


def _is_title(lowered: list[str], header: list[str]) -> bool:
    """Whether a line names a section of a webinar's report, or is blank."""
    return len(lowered) < min(len(header), 2) or (lowered[0] in _TITLES and not any(lowered[1:]))


def _row(record: dict[str, str]) -> AttendanceRow | None:
    name = cell(record, *_NAMES) or " ".join(filter(None, (record.get(part) for part in _PARTS)))
    if not name or record.get("in waiting room", "").lower() == "yes" or record.get("attended", "").lower() == "no":
        return None
    answer = _ANSWERS.get((cell(record, *_CONSENTS) or "").lower())
    if answer is None:
        raise InputRefused(
            "the participants report has an answer to the recording notice that is not known",
            action="put OK where they said yes, No where they said no, nothing elsewhere",
        )
    return AttendanceRow(
        name=name,
        email=cell(record, *_EMAILS) or None,
        joined=readings(record.get("join time", "")),
        left=readings(record.get("leave time", "")),
        notice_answer=answer,
        coarse_s=resolution_s(record.get("join time", "")),
        joined_text=record.get("join time", ""),
    )
