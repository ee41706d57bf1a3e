"""Reads Microsoft Teams' attendance report: tab separated, three numbered sections, in the organiser's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from pipeline.errors import InputRefused
from pipeline.ingest.attendance.model import HIDDEN, AttendanceReport, AttendanceRow, lines
from pipeline.ingest.timestamps import readings, resolution_s

_SECTION = re.compile(r"([1-3])\.\s*\S.*")
_SUMMARY, _PEOPLE, _STAYS = "1", "2", "3"
_SIGNS = {
    "name": ("name", "full name", "nom", "nombre"),
    "joined": (
        *("first join", "join time", "erster beitritt", "beitrittszeit", "beitrittszeitpunkt"),
        *("première participation", "première connexion", "heure de participation", "heure d'arrivée"),
        *("primera unión", "primera entrada", "primer acceso", "hora de unión", "hora de entrada"),
    ),
    "left": (
        *("last leave", "leave time", "letztes verlassen", "letzter austritt", "verlassenszeit", "austrittszeit"),
        *("dernier départ", "dernière sortie", "heure de départ", "heure de sortie"),
        *("última salida", "hora de salida"),
    ),
    "email": ("email", "e-mail", "e-mail-adresse", "adresse e-mail", "courrier électronique", "correo electrónico"),
    "upn": ("participant id (upn)", "teilnehmer-id (upn)", "id de participant (upn)", "id. de participante (upn)"),
}
_PLACES = {
    _PEOPLE: ("name", "joined", "left", "", "email", "upn", ""),
    _STAYS: ("name", "joined", "left", "", "email", ""),
}


def parse(text: str) -> AttendanceReport | None:
    """The report, or None where the file is not one; raises ``InputRefused`` for columns that are not certain.

    The third section has a row for each join; the second adds ids, and stands in where the third is missing or hidden.
    """
    sections = _sections(text)
    if _PEOPLE not in sections:
        return None
    people = _records(_PEOPLE, sections[_PEOPLE])
    stays = _records(_STAYS, sections.get(_STAYS, ()))
    ids = {_who(record): record.get("upn", "") for record in people}
    known = {_who(record) for record in stays}
    rows = [*stays, *(record for record in people if _who(record) not in known)]
    topic = next((line[1] for line in sections.get(_SUMMARY, ()) if len(line) > 1), "")
    return AttendanceReport(tuple(_row(record, ids.get(_who(record), "")) for record in rows), topic)


def _sections(text: str) -> dict[str, list[list[str]]]:
    """The lines of each numbered section; blank lines end nothing."""
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    # Times have commas, as many in each row as if they separated cells; Teams itself separates by tabs alone.
    for cells in lines(text, delimiter="\t" if "\t" in text else None):
        filled = len(list(takewhile(bool, cells)))
        section = _SECTION.fullmatch(cells[0]) if filled == 1 and not any(cells[1:]) else None
        if section and section[1] not in sections:
            current = sections.setdefault(section[1], [])
        elif current is not None and any(cells):
            current.append(cells)
    return sections


def _records(section: str, rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """The rows of a section by what each column is."""
    if not rows:
        return []
    columns = _columns(section, [header.casefold() for header in rows[0]])
    records = [dict(zip(columns, row, strict=False)) for row in rows[1:]]
    for number, record in enumerate(records, start=1):
        times = (record.get("joined", ""), record.get("left", ""))
        if not record.get("name") or any(text.lower() not in HIDDEN and not readings(text) for text in times):
            raise InputRefused(
                f"the attendance report: row {number} of section {section} is not as Teams writes it",
                action="download it again, in English if need be",
            )
    return records


def _columns(section: str, header: Sequence[str]) -> tuple[str, ...]:
    """What each column is: by its header, else, in a language that is not known here, by Teams' fixed order."""
    known = tuple(next((what for what, signs in _SIGNS.items() if name in signs), "") for name in header)
    if known[0] == "name" and ({"joined", "left"} <= set(known) or len(header) < len(_PLACES[section]) - 1):
        return known
    if len(header) == len(_PLACES[section]):
        return _PLACES[section]
    raise InputRefused("the attendance report has columns that are not known", action="download it in English")


def _who(record: dict[str, str]) -> tuple[str, str]:
    return record["name"], record.get("email", "")


def _row(record: dict[str, str], upn: str) -> AttendanceRow:
    joined = record.get("joined", "")
    name_id = upn.split()
    return AttendanceRow(
        name=record["name"],
        email=record.get("email") or None,
        joined=readings(joined),
        left=readings(record.get("left", "")),
        platform_id=f"teams:{name_id[0]}" if len(name_id) == 1 else None,
        coarse_s=resolution_s(joined),
    )
