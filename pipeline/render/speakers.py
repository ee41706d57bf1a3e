"""What speakers are called in a rendition: a label that agrees with the plan, never a name."""

from __future__ import annotations

from pipeline.records import ApprovedPlan, Role, Session
from pipeline.render.terms import normal

UNKNOWN = "speaker"


def labels(session: Session, plan: ApprovedPlan) -> dict[str, str]:
    """The label of every participant by id: ``staff 1``, the plan's replacement for the name, or ``speaker 1``.

    Whoever bears the name of somebody who is removed is not called removed: what is read of them is theirs.
    """
    planned = {normal(term.text): term.replacement for term in plan.terms}
    of_removed = frozenset(
        normal(name)
        for person in session.participants
        if person.participant_id in plan.removed
        for name in (person.name, *person.aliases)
    )
    called: dict[str, str] = {}
    staff = others = 0
    for participant in session.participants:
        not_theirs = of_removed if participant.participant_id not in plan.removed else frozenset[str]()
        names = [normal(name) for name in (participant.name, *participant.aliases)]
        replacement = next((planned[name] for name in names if name in planned and name not in not_theirs), None)
        if participant.role is Role.STAFF:
            staff += 1
            called[participant.participant_id] = f"staff {staff}"
        elif replacement is not None:
            called[participant.participant_id] = replacement
        else:
            others += 1
            called[participant.participant_id] = f"{UNKNOWN} {others}"
    return called
