"""Who of a session's participants are the team's own people."""

from __future__ import annotations

from pipeline.consent.log.identity import normalise
from pipeline.records import Participant, Role, Session


def own_staff(session: Session, person: Participant) -> bool:
    """Whether somebody is one of the host's own people: staff, of the host's company or of none."""
    company, host = person.company, session.host
    own = company is None or (host is not None and normalise(company) == normalise(host))
    return person.role is Role.STAFF and own


def speaks_for_host(session: Session, participant_id: str | None) -> bool:
    """Whether a speaker is the team, or its recording bot, for certain; a voice without a name is not."""
    person = next((each for each in session.participants if each.participant_id == participant_id), None)
    if person is None or person.shared_microphone:
        return False
    return person.role is Role.BOT or own_staff(session, person)
