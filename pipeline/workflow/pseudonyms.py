"""Pseudonyms: one label for one person or customer in every session, as ``[participant 3]`` and ``[customer B]``.

Whoever the consent store does not know has a label within their session alone, as ``[person 1]``, because a name that
two sessions share need not be one person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline import consent
from pipeline.lexicon import company_key, entity_of, is_own_company
from pipeline.records import Role, Session
from pipeline.store import Workspace, pseudonym_labels


def assign(sessions: Iterable[Session], workspace: Workspace) -> None:
    """Gives labels to the people and customers of these sessions who have none, in the order of the sessions."""
    people, customers = list[str](), list[str]()
    for session in sessions:
        people += _people(session, workspace).values()
        customers += _customers(session, workspace).values()
    pseudonym_labels.give(workspace.db, pseudonym_labels.PERSON, people)
    pseudonym_labels.give(workspace.db, pseudonym_labels.CUSTOMER, customers)


def known_labels(session: Session, workspace: Workspace) -> dict[str, str]:
    """The label of each entity of a session that has one in every session."""
    people, customers = (
        pseudonym_labels.known(workspace.db, pseudonym_labels.PERSON),
        pseudonym_labels.known(workspace.db, pseudonym_labels.CUSTOMER),
    )
    by_entity = {
        entity: f"[{pseudonym_labels.PERSON} {people[mark]}]"
        for entity, mark in _people(session, workspace).items()
        if mark in people
    }
    for entity, mark in _customers(session, workspace).items():
        if mark in customers:
            by_entity[entity] = f"[{pseudonym_labels.CUSTOMER} {pseudonym_labels.letters(customers[mark])}]"
    return by_entity


def _people(session: Session, workspace: Workspace) -> dict[str, str]:
    """By entity the marks of the participants who match one party with certainty; nobody of two of one name."""
    parties, secret = consent.matched_parties(session, workspace=workspace), workspace.key("alias")
    named = [(entity_of("person", person.name), parties.get(person.participant_id)) for person in session.participants]
    times = Counter(entity for entity, _ in named)
    return {
        entity: pseudonym_labels.mark(secret, pseudonym_labels.PERSON, party)
        for entity, party in named
        if party is not None and times[entity] == 1
    }


def _customers(session: Session, workspace: Workspace) -> dict[str, str]:
    """By entity the marks of the companies that customers in a session work for."""
    companies = {
        person.company: company_key(person.company)
        for person in session.participants
        if person.company
        and not is_own_company(person.company, session.host)
        and person.role not in (Role.STAFF, Role.BOT)
    }
    secret = workspace.key("alias")
    return {
        entity_of("company", name): pseudonym_labels.mark(secret, pseudonym_labels.CUSTOMER, key)
        for name, key in sorted(companies.items())
    }
