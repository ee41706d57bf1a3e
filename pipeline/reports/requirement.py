"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a run needs; ``action`` says how to get it where it is missing, ``hint`` what would be better."""

    what: str
    ok: bool
    found: str
    action: str = ""
    hint: str = ""
