"""What speakers are called in a rendition: a label that agrees with the plan, never a name."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import PlannedTerm, Role, Session
from pipeline.render.terms import normal

UNKNOWN = "speaker"


def labels(session: Session, terms: Sequence[PlannedTerm]) -> dict[str, str]:
    """The label of every participant by id: ``staff 1``, the plan's replacement for the name, or ``speaker 1``."""
    planned = {normal(term.text): term.replacement for term in terms}
    called: dict[str, str] = {}
    staff = others = 0
    for participant in session.participants:
        names = (participant.name, *participant.aliases)
        replacement = next((planned[normal(name)] for name in names if normal(name) in planned), None)
        if participant.role is Role.STAFF:
            staff += 1
            called[participant.participant_id] = f"staff {staff}"
        elif replacement is not None:
            called[participant.participant_id] = replacement
        else:
            others += 1
            called[participant.participant_id] = f"{UNKNOWN} {others}"
    return called
