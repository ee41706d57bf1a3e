"""What each form tool adds to an export by itself: its fixed columns, its separators, its words for nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.consent.log.events import EventState


class FormTool(StrEnum):
    """The tool whose export a table is."""

    GENERIC = "generic"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    TYPEFORM = "typeform"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFormat:
    """How a tool writes a table; ``ignored`` are headers without meaning, ``nobody`` is who gave no address."""

    columns: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, EventState] = field(default_factory=dict)
    separators: tuple[str, ...] = (";", ",")
    encodings: tuple[str, ...] = ("utf-8-sig",)
    timezone: str = ""
    ignored: re.Pattern[str] | None = None
    nobody: frozenset[str] = frozenset()


_GOOGLE_TIMES = (
    "Timestamp",
    "Zeitstempel",
    "Horodateur",
    "Marca temporal",
    "Carimbo de data/hora",
    "Informazioni cronologiche",
    "Tijdstempel",
    "Sygnatura czasowa",
    "タイムスタンプ",
)
_GOOGLE_ADDRESSES = (
    "Email Address",
    "Email address",
    "E-Mail-Adresse",
    "Adresse e-mail",
    "Dirección de correo electrónico",
    "Endereço de e-mail",
    "Indirizzo email",
    "E-mailadres",
    "Adres e-mail",
    "メールアドレス",
)

VENDOR_FORMATS: Mapping[FormTool, VendorFormat] = {
    FormTool.GENERIC: VendorFormat(),
    FormTool.GOOGLE: VendorFormat(
        columns=dict.fromkeys(_GOOGLE_TIMES, "timestamp")
        | dict.fromkeys(_GOOGLE_ADDRESSES, "email")
        | dict.fromkeys(("Email Address2", "Email Address 2"), "typed_email")
        | {"Score": "ignore"},
        separators=(";", ", "),
    ),
    FormTool.MICROSOFT: VendorFormat(
        columns={
            "ID": "ignore",
            "Id": "ignore",
            "Start time": "ignore",
            "Completion time": "timestamp",
            "Email": "email",
            "Name": "name",
            "Last modified time": "modified",
        },
        separators=(";",),
        encodings=("utf-8-sig", "cp1252"),
        ignored=re.compile(r"(?:Points|Feedback) [-–—] .*|Total points|Quiz feedback|Grade posted time", re.DOTALL),
        nobody=frozenset({"anonymous"}),
    ),
    FormTool.TYPEFORM: VendorFormat(
        columns={
            "#": "ignore",
            "Response Type": "response",
            "Start Date (UTC)": "stage",
            "Stage Date (UTC)": "stage",
            "Submit Date (UTC)": "timestamp",
            "Network ID": "ignore",
            "Tags": "ignore",
            "Ending": "ignore",
        },
        answers={"1": EventState.GIVEN, "0": EventState.REFUSED},
        separators=(", ",),
        timezone="UTC",
    ),
}
"""Only what a tool adds by itself: a question never has a meaning that its mapping does not give it."""

_WINDOWS_DASHES = {0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x96: "–", 0x97: "—"}


def heading(text: str) -> str:
    """A header as it is compared: one space between words, Windows-1252 dashes and quotes as what they stand for."""
    return " ".join(text.translate(_WINDOWS_DASHES).split())
