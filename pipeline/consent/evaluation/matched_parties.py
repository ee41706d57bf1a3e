"""Who of a session is somebody on file for sure."""

from __future__ import annotations

from pipeline.consent.evaluation import snapshot
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.log.erased_participants import PLACEHOLDER
from pipeline.records import Session
from pipeline.store import Workspace


def parties(session: Session, *, workspace: Workspace) -> dict[str, str]:
    """The party of each participant who is matched to exactly one, but of nobody who was erased.

    Raises ``ConsentUnreadable`` as every reading of the store does.
    """
    matches = snapshot.read(session, workspace=workspace).matches
    return {
        one.participant_id: match.party_ids[0]
        for one in session.participants
        for match in (matches[one.participant_id],)
        if match.identity is Identity.MATCHED and len(match.party_ids) == 1 and one.name != PLACEHOLDER
    }
