"""What speakers are called in a rendition: a label that agrees with the plan, never a name."""

from __future__ import annotations

from pipeline.records import ApprovedPlan, Role, Session
from pipeline.records.plan import REMOVED
from pipeline.render.terms import normal

UNKNOWN = "speaker"


def labels(session: Session, plan: ApprovedPlan) -> dict[str, str]:
    """The label of every participant by id: ``staff 1``, the plan's replacement for the name, or ``speaker 1``.

    Nobody of whom something is left is called removed: neither who is removed in a part of the session alone, nor who
    bears the name of somebody else who is.
    """
    planned = {normal(term.text): term.replacement for term in plan.terms}
    called: dict[str, str] = {}
    staff = others = 0
    for participant in session.participants:
        names = (participant.name, *participant.aliases)
        replacement = next((planned[normal(name)] for name in names if normal(name) in planned), None)
        is_left = participant.participant_id not in plan.removed
        if participant.role is Role.STAFF:
            staff += 1
            called[participant.participant_id] = f"staff {staff}"
        elif replacement is None or (replacement == REMOVED and is_left):
            others += 1
            called[participant.participant_id] = f"{UNKNOWN} {others}"
        else:
            called[participant.participant_id] = replacement
    return called
