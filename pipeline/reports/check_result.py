"""What one check of a workspace has found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One thing checked: ``found`` holds counts and ids."""

    what: str
    ok: bool
    found: str


def listed_ids(names: Iterable[str]) -> str:
    """Ids as a check shows them, each at most 24 characters of it; ``none`` where there are none."""
    return ", ".join(sorted(name[:24] for name in names)) or "none"
