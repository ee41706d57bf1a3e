"""How a report is to be written; every format takes what concerns it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """``grouped`` for a row a group instead of a row a wording; the others are for CSV alone."""

    grouped: bool = False
    delimiter: str = ","
    excel: bool = False
    raw: bool = False
