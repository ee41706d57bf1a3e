"""Probes what a reader found, seals it in the vault and builds the session."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace

from pipeline import media
from pipeline.errors import InputRefused, TryAgain
from pipeline.ingest import clock, notes, session_texts, surfaces
from pipeline.ingest.attendance import reader
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.file_kinds import kind_of
from pipeline.ingest.listing import Listing
from pipeline.ingest.participants import Speakers, unlisted
from pipeline.ingest.session_texts import SessionTexts
from pipeline.ingest.session_toml import MAX_PARTICIPANTS
from pipeline.lexicon import without_directions
from pipeline.media.codec_smear import smear_s
from pipeline.records import (
    ListAuthority,
    Participant,
    Role,
    Session,
    SessionPolicy,
    Track,
    VaultFile,
    Video,
)
from pipeline.store.vault import Vault

_MIXED_TOLERANCE_S = 2.0
Probes = dict[str, media.Probe]


def assemble(listing: Listing, draft: SessionDraft, vault: Vault) -> Session:
    """The session of a draft; raises ``InputRefused`` before anything is sealed, ``TryAgain`` where a file changed."""
    started_at = clock.started_at(draft)
    probes = _probed(listing, draft)
    picture = _picture(draft, probes)
    duration_s = _duration_s(draft, probes)
    _check_mixed(draft, probes)
    texts = session_texts.read(listing, draft, probes, duration_s)
    draft = _with_unlisted(draft, texts)
    speakers, start = Speakers(draft.people), clock.local_start(draft)
    read = (*draft.texts, *texts.files)
    written = notes.read_notes(listing, _unread_names(listing, draft, read))
    read = (*read, *((name, notes.KIND) for name in written))
    sealed = {name: _sealed(listing, vault, name, "media") for name in draft.media}
    others = [_sealed(listing, vault, name, kind) for name, kind in read]
    source_digest = _source_digest(sealed)
    return Session(
        session_id=f"{started_at:%Y-%m-%d}-{source_digest[:8]}",
        source_digest=source_digest,
        platform=draft.platform,
        title=draft.facts.title if draft.facts.title is not None else draft.title,
        started_at=started_at,
        start_is_estimated=draft.start_is_estimated,
        host=draft.facts.host,
        recorder_location=draft.facts.recorder_location,
        notice_asserted=draft.facts.notice == "asserted",
        purposes=tuple(dict.fromkeys(draft.facts.purposes)),
        duration_s=duration_s,
        participants=_participants(draft),
        tracks=_tracks(draft, probes, sealed, silent=_silent(listing, draft, probes)),
        video=_video(draft, probes, sealed, picture),
        captions=surfaces.cues(texts.captions, speakers, start=start, duration_s=duration_s),
        chat=surfaces.chat_lines(texts.chat, speakers),
        sealed=tuple(dict.fromkeys([*sealed.values(), *others])),
        unrecognised_files=len(_unread_names(listing, draft, read))
        + listing.hidden
        + listing.skipped
        + sum(len(probe.undecodable) for probe in probes.values()),
        unrecognised_kinds=tuple(sorted(map(kind_of, _unread_names(listing, draft, read)))),
        series=draft.facts.series,
        attendance=reader.within(draft.people, duration_s),
        embedded=surfaces.cues(texts.embedded, speakers, start=start, duration_s=duration_s),
        notes=tuple(dict.fromkeys(line for lines in written.values() for line in lines)),
        unread_captions=texts.unread_captions,
        unread_chat=texts.unread_chat,
        unread_times=draft.unread_times,
        policy=_policy(draft),
        list_authority=_list_authority(draft),
    )


def _list_authority(draft: SessionDraft) -> ListAuthority:
    """Who says that the list of participants is complete: the platform by its own list, else the host, else nobody."""
    if draft.platform_list:
        return ListAuthority.PLATFORM
    return ListAuthority.HOST if draft.facts.participants_complete else ListAuthority.NOBODY


def _policy(draft: SessionDraft) -> SessionPolicy:
    policy = draft.facts.policy
    return SessionPolicy(
        minimum_rule=policy.minimum_rule,
        hold_deadline_days=policy.hold_deadline_days,
        purposes_enabled=tuple(policy.purposes_enabled),
        exclude_silent_nonresponders=policy.exclude_silent_nonresponders,
        notice_required=policy.notice_required,
    )


def _probed(listing: Listing, draft: SessionDraft) -> Probes:
    names = draft.media
    if not names:
        raise InputRefused("the folder holds no media file", action="put the recording in, or remove the folder")
    probes: Probes = {}
    for number, name in enumerate(names, start=1):
        path = listing.entry(name).path
        if listing.entry(name).size == 0:
            raise InputRefused(f"media file {number} of {len(names)} is empty", action="copy the recording again")
        try:
            probes[name] = media.probe(path)
            media.check_complete(path, probes[name])
        except InputRefused as error:
            raise _numbered(error, number, len(names)) from None
    for number, person in enumerate(draft.people, start=1):
        sounds = len(probes[person.track].audio) if person.track else 1
        if sounds != 1 and person.stream is None:
            raise InputRefused(
                f"the track of participant {number} does not hold exactly one sound stream",
                action="say which of them is theirs as stream, or give a file that holds one",
            )
        if (person.stream or 0) >= sounds:
            raise InputRefused(
                f"the stream of participant {number} is not in the file, which has {sounds}", action="correct it"
            )
    if not any(probe.audio for probe in probes.values()):
        raise InputRefused("the recording has no sound", action="give a recording with sound")
    return probes


def _numbered(error: InputRefused, number: int, count: int) -> InputRefused:
    message = error.message.removeprefix("a media file ")
    joint = " " if message != error.message else ": "
    return InputRefused(f"media file {number} of {count}{joint}{message}", action=error.action)


def _picture(draft: SessionDraft, probes: Probes) -> str | None:
    """The file whose picture is the session's; a participant's own picture is never taken."""
    pictures = [name for name in draft.mixed if probes[name].video is not None]
    if len(pictures) > 1:
        raise InputRefused(
            f"{len(pictures)} files have a picture, and which of them is the session's is not known",
            action="keep one of them",
        )
    return pictures[0] if pictures else None


def _video(draft: SessionDraft, probes: Probes, sealed: dict[str, VaultFile], picture: str | None) -> Video | None:
    """The session's picture, unless session.toml says that nothing is to be made with it."""
    if picture is None or not draft.facts.picture:
        return None
    return Video(digest=sealed[picture].digest, duration_s=probes[picture].duration_s)


def _duration_s(draft: SessionDraft, probes: Probes) -> float:
    """From the session's start to the end of what ends last; a track may begin after the start."""
    offsets = {person.track: person.track_offset_s for person in draft.people if person.track}
    return max(probe.duration_s + offsets.get(name, 0.0) for name, probe in probes.items())


def _check_mixed(draft: SessionDraft, probes: Probes) -> None:
    if not draft.starts_together:
        every = [probe.duration_s for probe in probes.values()]
        if max(every) - min(every) > _MIXED_TOLERANCE_S:
            raise InputRefused(
                f"{len(every)} files have different lengths, and nothing says when each of them begins",
                action="export them so that all begin together, then say each one's track in a session.toml",
            )
    lengths = [probes[name].duration_s for name in draft.mixed if probes[name].audio]
    if lengths and max(lengths) - min(lengths) > _MIXED_TOLERANCE_S:
        raise InputRefused(
            f"{len(lengths)} files without an owner have different lengths, so how they fit together is not known",
            action="say in session.toml whose track each is, or give each its own folder",
        )


def _with_unlisted(draft: SessionDraft, texts: SessionTexts) -> SessionDraft:
    """The draft with everybody whom captions or chat name as taking part and whom no list has."""
    people = (*draft.people, *unlisted(draft.people, (*texts.names, *draft.named)))
    if len(people) > MAX_PARTICIPANTS:
        raise InputRefused(
            f"captions and chat name people whom no list has: with them more than {MAX_PARTICIPANTS} took part",
            action="check that they are of this session, and whom the list of participants lacks",
        )
    return replace(draft, people=people)


def _participants(draft: SessionDraft) -> tuple[Participant, ...]:
    return tuple(
        Participant(
            participant_id=f"p{number}",
            name=without_directions(person.name),
            aliases=tuple(map(without_directions, person.aliases)),
            company=person.company,
            email=person.email,
            platform_id=person.platform_id,
            role=person.role,
            location=person.location,
            joined_late=person.joined_late,
            spoke=person.spoke,
            minor=person.minor,
            shared_microphone=person.shared_microphone,
            provenance=person.provenance,
        )
        for number, person in enumerate(draft.people, start=1)
    )


def _silent(listing: Listing, draft: SessionDraft, probes: Probes) -> frozenset[tuple[str, int]]:
    """The tracks that hold no sound, of those where it matters: whose owner is said not to speak, or that nobody owns.

    Of the latter, those beside somebody's own sound in one file: recorders write what nothing is routed to as silence.
    """
    claimed = (
        (person.track, person.stream or 0)
        for person in draft.people
        if person.track and not (person.spoke and person.role is not Role.BOT)
    )
    owned = {(person.track, person.stream) for person in draft.people if person.track and person.stream is not None}
    unowned = {
        (name, stream)
        for name in {name for name, _ in owned}
        for stream in range(len(probes[name].audio))
        if (name, stream) not in owned
    }
    places = {*claimed, *unowned}
    return frozenset(place for place in places if media.is_silent(listing.entry(place[0]).path, stream=place[1]))


def _tracks(
    draft: SessionDraft, probes: Probes, sealed: dict[str, VaultFile], *, silent: Collection[tuple[str, int]]
) -> tuple[Track, ...]:
    owners = {
        (person.track, person.stream or 0): f"p{number}"
        for number, person in enumerate(draft.people, start=1)
        if person.track
    }
    offsets = {person.track: person.track_offset_s for person in draft.people if person.track}
    places = [(name, stream) for name in draft.media for stream in range(len(probes[name].audio))]
    return tuple(
        Track(
            track_id=f"t{number}",
            participant_id=owners.get((name, stream)),
            digest=sealed[name].digest,
            stream=stream,
            duration_s=probes[name].audio[stream].duration_s or probes[name].duration_s,
            offset_s=offsets.get(name, 0.0),
            silent=(name, stream) in silent,
            smear_s=smear_s(probes[name].audio[stream].codec, rate=probes[name].audio[stream].sample_rate),
        )
        for number, (name, stream) in enumerate(places, start=1)
    )


def _sealed(listing: Listing, vault: Vault, name: str, kind: str) -> VaultFile:
    entry = listing.entry(name)
    sealed = vault.seal(entry.path, kind=kind)
    if sealed.size != entry.size:
        raise TryAgain("a file changed while it was read", action="it is left for next time")
    return sealed


def _unread_names(listing: Listing, draft: SessionDraft, read: Iterable[tuple[str, str]]) -> set[str]:
    """The files that nothing was taken from."""
    return set(listing.names) - {*draft.media, *draft.empty, *(name for name, _ in read)}


def _source_digest(sealed: dict[str, VaultFile]) -> str:
    digests = sorted({each.digest for each in sealed.values()})
    return hashlib.sha256("".join(digests).encode()).hexdigest()
