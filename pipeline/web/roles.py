"""Who may use the review app, and as what."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from starlette.routing import Route


class WebRole(StrEnum):
    """What somebody may do here; a person may have several."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    PM = "pm"
    DPO = "dpo"
    ADMIN = "admin"
    AUDITOR = "auditor"


HEARS_ORIGINALS = frozenset({WebRole.REVIEWER, WebRole.LEAD})
"""Who may see and hear what is not redacted yet."""
SETTLES_CONSENT = frozenset({WebRole.DPO})
"""Who answers for consent, and so says whose the voices are where somebody in them may not be heard."""
SEES_CONSENT = frozenset({WebRole.DPO, WebRole.LEAD, WebRole.AUDITOR})
"""Who may see by which rule and evidence somebody's consent was decided; a reviewer sees the outcome alone."""
EVERYBODY = frozenset(WebRole)


class TableRoute(Route):
    """One row of the table of routes: path, method, and who may; ``roles`` None is for whoever has the address."""

    def __init__(self, method: str, path: str, endpoint: Callable[..., Any], roles: frozenset[WebRole] | None) -> None:
        super().__init__(path, endpoint, methods=[method])
        self.roles = roles
