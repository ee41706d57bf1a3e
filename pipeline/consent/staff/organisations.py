"""Files the clauses of agreements with organisations, their names and domains, and their revocations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.consent.log.agreements import PUBLICATION, AgreementKind, Clause, known_as
from pipeline.consent.log.events import Draft, EventState, Method, canonical
from pipeline.consent.log.identity import AliasKind, Keys, Verified
from pipeline.consent.log.log import Writer, events_under, writing
from pipeline.consent.log.parties import Claim, Directory
from pipeline.consent.log.withdrawal_events import withdrawal_id_of
from pipeline.consent.staff.closing import CloseWithdrawn, nothing_withdrawn
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.withdrawals import Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledClauses:
    """How many clauses were filed, and the renditions that are out no more for them."""

    clauses: int
    withdrawn_renditions: tuple[str, ...]


def claim(name: str) -> Claim:
    """How an organisation is known: by its name alone, as staff entered it."""
    return (AliasKind.ORGANISATION, name, Verified.STAFF)


def names_of(name: str, aliases: Iterable[str] = (), domains: Iterable[str] = ()) -> list[Claim]:
    """Everything that an organisation is known by, its name first."""
    named = [claim(form) for each in (name, *aliases) for form in known_as(each)]
    held = [(AliasKind.DOMAIN, domain.strip().lstrip("@"), Verified.STAFF) for domain in domains]
    return [*named, *held]


def agree(
    name: str,
    *,
    aliases: Iterable[str] = (),
    domains: Iterable[str] = (),
    kind: AgreementKind,
    recording: Clause | None,
    publication: Clause | None,
    valid_from: datetime,
    valid_until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
    then: CloseWithdrawn = nothing_withdrawn,
) -> FiledClauses:
    """Files what an agreement with an organisation says; a later one of its kind replaces it.

    What it forbids now is taken back by ``then`` while nothing can be released.
    """
    clauses = [(Purpose.RECORD, recording), *((purpose, publication) for purpose in PUBLICATION)]
    return _file(
        names_of(name, aliases, domains),
        [(purpose, clause) for purpose, clause in clauses if clause is not None],
        kind=kind,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=actor,
        evidence=evidence,
        workspace=workspace,
        now=now,
        then=then,
    )


def revoke(
    name: str,
    *,
    purposes: Sequence[Purpose],
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
    then: CloseWithdrawn = nothing_withdrawn,
) -> FiledClauses:
    """Files that an organisation revokes the consent of its people, for every session that any of them was in.

    It counts from now on, for earlier sessions as for later ones, until a later recording policy of it says otherwise.
    """
    return _file(
        names_of(name),
        [(purpose, Clause.FORBIDDEN) for purpose in dict.fromkeys(purposes)],
        kind=AgreementKind.RECORDING_POLICY,
        valid_from=now,
        valid_until=None,
        actor=actor,
        evidence=reason,
        workspace=workspace,
        now=now,
        then=then,
    )


def _file(
    claims: Sequence[Claim],
    clauses: Sequence[tuple[Purpose, Clause]],
    *,
    kind: AgreementKind,
    valid_from: datetime,
    valid_until: datetime | None,
    actor: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
    then: CloseWithdrawn,
) -> FiledClauses:
    if any("." not in value or "@" in value for alias, value, _ in claims if alias is AliasKind.DOMAIN):
        raise UsageProblem("that is not a mail domain", action="give it as granite.example")
    keys = Keys(workspace.key("identity"))
    withdrawn: list[Withdrawal] = []
    withdrawn_folders: list[str] = []

    def afterwards() -> None:
        withdrawn_folders.extend(folder for filed in withdrawn for folder in then(filed))

    with writing(workspace, now=now, then=afterwards) as log:
        org_id = _organisation(log, keys, claims, now=now)
        drafts = [
            Draft(
                party_id=org_id,
                purpose=purpose,
                scope="any",
                state=EventState.REFUSED if clause is Clause.FORBIDDEN else EventState.REQUESTED,
                indicated_at=now,
                effective_from=valid_from,
                valid_until=valid_until,
                method=Method.AGREEMENT,
                subject=f"{kind}:{clause}",
                evidence=("agreement", canonical({"kind": kind, "says": clause})),
                entered_by=actor,
                reason=sealed(keys, evidence, org_id),
            )
            for purpose, clause in clauses
        ]
        known = {event.event_id for event in events_under(log.connection, (draft.row_key for draft in drafts))}
        fresh = [draft for draft in drafts if draft.event_id not in known]
        log.append(fresh)
        in_force = valid_from <= now and (valid_until is None or now < valid_until)
        forbidden = [draft for draft in fresh if draft.state.is_no and in_force]
        if forbidden:
            withdrawn.append(_withdrawal(org_id, forbidden, now=now))
            log.withdraw(withdrawn[0])
    return FiledClauses(clauses=len(fresh), withdrawn_renditions=tuple(withdrawn_folders))


def _organisation(log: Writer, keys: Keys, claims: Sequence[Claim], *, now: datetime) -> str:
    """The party of an organisation, by whichever of its names is on file already."""
    directory = Directory(log.connection, keys, claims, now=now)
    known = [each for each in claims if directory.holders(each[0], each[1])]
    org_id = directory.settle([*known[:1], *claims])
    directory.save(log.connection)
    return org_id


def _withdrawal(org_id: str, forbidden: Sequence[Draft], *, now: datetime) -> Withdrawal:
    """What an organisation takes back: without recording there is no use at all."""
    purposes = tuple(draft.purpose for draft in forbidden)
    return Withdrawal(
        withdrawal_id=withdrawal_id_of(forbidden),
        party_ids=(org_id,),
        purposes=tuple(Purpose) if Purpose.RECORD in purposes else purposes,
        session_id=None,
        erase=False,
        whole=False,
        filed_at=now,
    )


def sealed(keys: Keys, text: str, party_id: str) -> str:
    """A text that staff wrote, encrypted and bound to whom it is about."""
    return keys.seal(text, party_id).hex()
