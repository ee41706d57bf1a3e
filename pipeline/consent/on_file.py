"""What the consent store has about the people of one session, read in one consistent view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.consent import log, notices
from pipeline.consent.decide import Identity
from pipeline.consent.events import Event
from pipeline.consent.identity import Alias, AliasKind, Keys
from pipeline.consent.notices import Notice
from pipeline.consent.parties import find
from pipeline.records import Participant, Purpose, Session
from pipeline.store import Workspace
from pipeline.store.database import reading


@dataclass(frozen=True, slots=True)
class Match:
    """Who on file a participant is, or may be."""

    identity: Identity
    party_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnFile:
    """The part of the store that one session needs; ``trusted`` are the notices that a yes may stand on."""

    matches: Mapping[str, Match]
    events: Mapping[str, Sequence[Event]]
    notices: Mapping[str, Notice]
    trusted: frozenset[str]
    log_head: str

    def events_for(self, party_id: str, purpose: Purpose) -> list[Event]:
        """What one person said about one purpose."""
        return [event for event in self.events.get(party_id, ()) if event.purpose is purpose]


def read(session: Session, *, workspace: Workspace) -> OnFile:
    """Matches the session's participants and reads their events; raises ``ConsentUnreadable`` for any change."""
    keys = Keys(workspace.key("identity"))
    wanted = {person.participant_id: _hashes(person, keys) for person in session.participants}
    with reading(workspace.db) as connection:
        found = find(connection, keys, (value for hashes in wanted.values() for value in hashes))
        matches = {who: _match([found.get(value, ()) for value in hashes]) for who, hashes in wanted.items()}
        events: dict[str, list[Event]] = defaultdict(list)
        for event in log.events_of(connection, (party for match in matches.values() for party in match.party_ids)):
            events[event.party_id].append(event)
        filed = notices.on_file(connection)
        return OnFile(matches, events, filed, _trusted(filed.values()), log.head(connection).hash)


def _hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """What to look a participant up by."""
    values = [
        (AliasKind.EMAIL, person.email),
        (AliasKind.PLATFORM, person.platform_id),
        *((AliasKind.DISPLAY_NAME, name) for name in (person.name, *person.aliases)),
    ]
    return tuple(keys.hashed(kind, value) for kind, value in values if value and value.strip())


def _match(hits: Sequence[Iterable[Alias]]) -> Match:
    """Matched by one verified e-mail or platform id; a name or a mere claim only suggests, which is ambiguous."""
    aliases = [alias for some in hits for alias in some]
    named = [alias for alias in aliases if alias.kind is not AliasKind.DISPLAY_NAME]
    candidates = tuple(dict.fromkeys(alias.party_id for alias in named or aliases))
    if len(candidates) == 1 and any(alias.verified.sure for alias in named):
        return Match(Identity.MATCHED, candidates)
    return Match(Identity.AMBIGUOUS if candidates else Identity.UNMATCHED, candidates)


def _trusted(filed: Iterable[Notice]) -> frozenset[str]:
    """The intact notices; once forms of several series are on file, none that is for a series."""
    filed = list(filed)
    series = {notice.scope for notice in filed if notice.scope.startswith("series:")}
    return frozenset(notice.digest for notice in filed if notice.scope not in series or len(series) == 1)
