"""Drafts the session.toml of a folder from what lies in it and from people on file, for the host to check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Item

from pipeline.consent.log.identity import normalise
from pipeline.consent.notices.versions import series_on_file
from pipeline.consent.staff.people_on_file import PersonOnFile, names_on_file, people_on_file
from pipeline.ingest.draft import Person
from pipeline.ingest.encodings import folded
from pipeline.ingest.listing import session_toml_of
from pipeline.ingest.read_folder import FolderContents, read_folder
from pipeline.ingest.session_toml import SessionToml, parse
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.lexicon.like_names import are_alike
from pipeline.records import Provenance, Role
from pipeline.store import Workspace

_BY_NAME = "on file under this name: is it them?"
_OF_HOST = "of the host's company, so what they say are answers, no requests: is it so?"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChoices:
    """What only the host knows; None and False leave it for them to fill in."""

    started_at: datetime | None = None
    timezone: str | None = None
    host: str | None = None
    recorder_location: str | None = None
    series: str | None = None
    is_complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedSession:
    """A session.toml as text, where it belongs, and what the host has to look at, without a name or an address."""

    text: str
    path: Path
    to_check: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One participant beside whom the store has for them; ``email`` is theirs or that of ``on_file``.

    ``is_of_host`` says that their role is not known and the company that they answered with is the host.
    """

    person: Person
    on_file: PersonOnFile | None
    email: str | None
    is_of_host: bool = False

    @property
    def is_by_name(self) -> bool:
        """Whether only a name says that this is the person on file."""
        return self.email is not None and self.person.email is None

    @property
    def is_staff(self) -> bool:
        """Whether the draft has them as the team's own people."""
        return self.is_of_host or self.person.role is Role.STAFF


def draft_session(folder: Path, choices: SessionChoices, *, workspace: Workspace) -> DraftedSession:
    """The draft for a folder of one recording, a lone media file or a Craig zip.

    Raises ``UsageProblem`` where there is nothing to draft, ``InputRefused`` for a folder that cannot be read.
    """
    contents = read_folder(folder, scratch=workspace.scratch, names_on_file=names_on_file(workspace))
    listed = _listed(contents.draft.people, choices.host, workspace)
    series = choices.series or _only(series_on_file(workspace))
    start = choices.started_at or contents.start
    document = tomlkit.document()
    document.add(tomlkit.comment("Drafted from the folder and from people on file: check every line."))
    for key, value in _facts(contents, choices, start, series).items():
        document.add(key, tomlkit.item(value))
    if not (choices.is_complete or contents.draft.platform_list):
        document.add(tomlkit.comment("participants_complete = true  # say so once everybody who speaks is below"))
    if listed:
        document.add("participants", _participants(listed))
    else:
        document.add(
            tomlkit.comment("Add a table [[participants]] for each who may be heard: name, email, role, company")
        )
    text = tomlkit.dumps(document)
    parse(text)
    has_choice_of_series = series is None and bool(series_on_file(workspace))
    checks = _to_check(contents, choices, start, listed, has_choice_of_series=has_choice_of_series)
    return DraftedSession(text=text, path=session_toml_of(folder), to_check=tuple(checks))


def _facts(
    contents: FolderContents, choices: SessionChoices, start: datetime | None, series: str | None
) -> Mapping[str, object]:
    """The keys above the participants, those that are known."""
    draft = contents.draft
    listed_facts = draft.facts
    facts = {
        "title": draft.title or None,
        "started_at": start,
        "timezone": choices.timezone,
        "host": choices.host,
        "recorder_location": choices.recorder_location,
        "series": series,
        "purposes": [purpose.value for purpose in SessionToml().purposes],
        "captions": listed_facts.captions,
        "chat": listed_facts.chat,
        "roster": list(listed_facts.roster) or None,
        "participants_complete": True if choices.is_complete else None,
    }
    return {key: value for key, value in facts.items() if value is not None}


def _listed(people: Sequence[Person], host: str | None, workspace: Workspace) -> list[_Listed]:
    """The people with whom the store has for them; an address that two of them would have is neither's."""
    known_people = people_on_file([(person.name, person.email) for person in people], workspace=workspace)
    emails = [
        person.email or (known.email if known else None) for person, known in zip(people, known_people, strict=True)
    ]
    taken = [folded(email) for email in emails if email]
    return [
        _Listed(
            person,
            known,
            email if person.email or (email and taken.count(folded(email)) == 1) else None,
            is_of_host=person.role is Role.UNKNOWN and _is_of(host, known),
        )
        for person, known, email in zip(people, known_people, emails, strict=True)
    ]


def _is_of(host: str | None, known: PersonOnFile | None) -> bool:
    company = known.company if known else None
    return host is not None and company is not None and normalise(host) == normalise(company)


def _participants(listed: Sequence[_Listed]) -> AoT:
    tables = tomlkit.aot()
    for each in listed:
        table = tomlkit.table()
        for key, item in _keys_of(each):
            table.add(key, item)
        tables.append(table)
    return tables


def _keys_of(each: _Listed) -> Iterator[tuple[str, Item]]:
    person, known = each.person, each.on_file
    yield "name", tomlkit.item(person.name)
    if person.aliases:
        yield "aliases", tomlkit.item(list(person.aliases))
    if each.email:
        email = tomlkit.item(each.email)
        yield "email", email.comment(_BY_NAME) if each.is_by_name else email
    platform_id = person.platform_id or (known.platform_id if known and not each.email else None)
    if platform_id:
        yield "platform_id", tomlkit.item(platform_id)
    if each.is_of_host:
        yield "role", tomlkit.item(Role.STAFF.value).comment(_OF_HOST)
    elif person.role is not Role.UNKNOWN:
        yield "role", tomlkit.item(person.role.value)
    for key, value in (("company", known and known.company), ("location", known and known.location)):
        if value:
            yield key, tomlkit.item(value)
    if person.track:
        yield "track", tomlkit.item(person.track).comment("holds this person alone")


def _to_check(
    contents: FolderContents,
    choices: SessionChoices,
    start: datetime | None,
    listed: Sequence[_Listed],
    *,
    has_choice_of_series: bool,
) -> Iterator[str]:
    """What the host has to say or look at, the most needed first."""
    if start is None:
        yield "started_at: say when the recording began, with its offset from UTC"
    elif start == contents.start and contents.start_is_estimated:
        yield "started_at: it is the media file's own clock, which may be off, or say when the recording ended"
    elif start.tzinfo is None and not choices.timezone:
        yield "timezone: say in which zone started_at is written, as Europe/Berlin"
    if has_choice_of_series:
        yield "series: forms of several series are on file; say which this session is of"
    if not choices.recorder_location:
        yield "recorder_location: say where it was recorded, as US-TX; an unknown place has the strictest rule"
    if by_name := sum(each.is_by_name for each in listed):
        matched = f"{counted(by_name, 'address', 'addresses')} {is_or_are(by_name)} on file under that name alone"
        yield f"participants: {matched}; check that it is them"
    if nameless := sum(each.email is None and each.person.platform_id is None for each in listed):
        yield f"participants: {nameless} without an address; say the one that they answered from"
    for first, second in _maybe_one(listed):
        yield f"participants: number {first} and {second} may be one person by their names; if so, keep one of them"
    if tracks := sum(each.person.track is not None for each in listed):
        taken = f"{counted(tracks, 'file')} {is_or_are(tracks)} taken as one person's own sound"
        yield f"participants: {taken}; check that nobody else is heard there"
    if listed and not any(each.is_staff for each in listed):
        yield 'participants: nobody is of your own team; say role = "staff" of those: their words are no requests'
    if proposed := sum(each.is_of_host for each in listed):
        yield f'participants: {proposed} {is_or_are(proposed)} taken as role = "staff", being of the host\'s company'
    unlisted = sum(each.person.provenance is Provenance.UNLISTED for each in listed)
    if unlisted:
        by = "captions, chat or the name of a file"
        yield f"participants: {unlisted} {is_or_are(unlisted)} named in no list, but by {by} alone"
    if not (choices.is_complete or contents.draft.platform_list):
        yield "participants_complete: say true once everybody who may be heard is listed"
    if contents.unread:
        unread = len(contents.unread)
        yield f"{counted(unread, 'file')} {is_or_are(unread)} no media, captions, chat or list that can be read"


def _maybe_one(listed: Sequence[_Listed]) -> Iterator[tuple[int, int]]:
    """Two by two the numbers of participants whose names are alike and whose addresses do not tell them apart."""
    numbered = list(enumerate(listed, start=1))
    for (first, one), (second, other) in combinations(numbered, 2):
        apart = one.person.email and other.person.email and folded(one.person.email) != folded(other.person.email)
        if not apart and are_alike(one.person.name, other.person.name, companies=()):
            yield first, second


def _only(values: Sequence[str]) -> str | None:
    return values[0] if len(values) == 1 else None
