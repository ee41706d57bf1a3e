"""Erases one person from one session: their tracks, what was said together with them, their lines and their name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from pipeline.consent.evaluation.claims import effective_session
from pipeline.consent.log import erased_participants
from pipeline.consent.log.identity import Keys
from pipeline.erasure import words
from pipeline.erasure.apart import taken_apart
from pipeline.erasure.people import Affected
from pipeline.errors import InputRefused, WorkspaceDamaged
from pipeline.lexicon.spellings import entities_of
from pipeline.proof import RemovedVoice, find_crosstalk
from pipeline.records import ChatLine, Crosstalk, Cue, RedactionInterval, Session, Track, Transcript
from pipeline.store import Workspace, misheard, pseudonym_labels, tombstones, withdrawals
from pipeline.store.artefacts import ArtefactState
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal

Line = TypeVar("Line", Cue, ChatLine)

HOLD = timedelta(days=30)
"""How long a recording in which they cannot be told from the others waits for a decision before it is erased whole."""

GAP = "[removed]"
_REMOVED = "removed from the session"
_MIXED = "held for a decision: they spoke in mixed sound"
_TOGETHER = "held for a decision: a file holds them beside others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A session without the people: ``files`` are the sealed files to erase; ``waits`` when mixed sound was left."""

    session: Session
    files: frozenset[str]
    waits: bool


def without(session: Session, people: frozenset[str], *, mixed_too: bool) -> Changed:
    """A session without these participants, decided without doing anything.

    Their own tracks go, mixed sound that they spoke in, the picture, and every sealed text. Where they spoke in mixed
    sound alone, that goes only with ``mixed_too``; then nothing of the recording may be left.
    """
    speakers = _speakers(session) & people
    spoke = bool(speakers)
    alone = [one for one in speakers if not session.has_own_track(one)]
    waits = bool(alone) and not mixed_too
    kept = tuple(
        track
        for track in session.tracks
        if track.participant_id not in people and (track.participant_id is not None or waits or not spoke)
    )
    used = {track.digest for track in kept}
    files = frozenset(one.digest for one in session.sealed if one.kind != "media" or one.digest not in used)
    nameless = tuple(
        replace(erased_participants.nameless(person), spoke=waits and person.participant_id in alone)
        if person.participant_id in people
        else person
        for person in session.participants
    )
    return Changed(
        session=replace(
            session,
            tracks=kept,
            video=None,
            participants=nameless,
            captions=_lines_of_others(session.captions, people) if kept else (),
            embedded=_lines_of_others(session.embedded, people) if kept else (),
            chat=_lines_of_others(session.chat, people) if kept else (),
            sealed=tuple(one for one in session.sealed if one.digest not in files),
        ),
        files=files,
        waits=waits,
    )


def _speakers(session: Session) -> frozenset[str]:
    """Who may be heard in a session: a claim that somebody is silent counts only where the recording shows it."""
    gone = [person.participant_id for person in session.participants if person.name == erased_participants.PLACEHOLDER]
    worked = effective_session(session, erased=gone)
    return frozenset(person.participant_id for person in worked.participants if person.spoke)


def unnamed(session: Session, aliases: Iterable[str]) -> Session:
    """A session in whose texts nobody is called by one of these aliases."""
    found = [re.escape(alias.strip()) for alias in sorted(aliases, key=len, reverse=True) if words.searchable([alias])]
    if not found:
        return session
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE)
    return replace(
        session,
        title=pattern.sub(GAP, session.title),
        captions=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.captions),
        embedded=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.embedded),
        chat=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.chat),
    )


def erase(workspace: Workspace, filed: Withdrawal, one: Affected, *, now: datetime) -> bool:
    """Erases a withdrawal's person from a session; True when part of it waits for a decision. Safe to repeat."""
    people, keys = frozenset(one.sure), Keys(workspace.key("identity"))
    whole = filed.whole or now >= filed.filed_at + HOLD
    changed = without(one.session, people, mixed_too=whole)
    heard = dict.fromkeys((*one.session.crosstalk, *_bleeding(workspace, one.session, changed.session.tracks)))
    changed = replace(changed, session=replace(changed.session, crosstalk=tuple(heard)))
    done = _MIXED if changed.waits else _REMOVED
    if workspace.ledger.has(withdrawals.STEP, f"{filed.withdrawal_id}/{done}/{one.session.session_id}"):
        return changed.waits
    if not changed.waits:
        changed = _apart(workspace, changed, whole=whole)
        done = _TOGETHER if changed.waits else _REMOVED
    others = {
        sealed.digest
        for session in Registry(workspace.db).sessions()
        if session.session_id != one.session.session_id
        for sealed in session.sealed
    }
    files = changed.files - others
    before = replace(one, session=replace(one.session, crosstalk=tuple(heard)))
    _mark(workspace, filed, before, keys, files, now)
    Registry(workspace.db).rewrite(changed.session)
    forget_made(workspace, filed, one.session.session_id)
    _note(workspace, filed, done, one.session.session_id)
    return changed.waits


def _apart(workspace: Workspace, changed: Changed, *, whole: bool) -> Changed:
    """The change with the files gone that hold more than what stays; it waits where that cannot be taken out of one."""
    session, left = taken_apart(changed.session, workspace=workspace, whole=whole)
    gone = {track.digest for track in changed.session.tracks} - {track.digest for track in session.tracks}
    return replace(changed, session=session, files=changed.files | gone, waits=left)


def _bleeding(workspace: Workspace, session: Session, kept: Sequence[Track]) -> tuple[Crosstalk, ...]:
    """Where the voices of tracks that go are heard in those that stay; all of them where that cannot be said.

    Once the tracks are gone nobody can find it any more.
    """
    whole = (RedactionInterval(start_s=0.0, end_s=session.duration_s),)
    own = [track for track in session.tracks if track.participant_id is not None and track not in kept]
    try:
        left = [RemovedVoice(track=track, windows=whole) for track in own]
        return find_crosstalk(session, left, kept, vault=workspace.vault)
    except (InputRefused, WorkspaceDamaged):
        places = ((one, track) for one in own for track in kept)
        return tuple(
            Crosstalk(track_id=track.track_id, start_s=0.0, end_s=session.duration_s, of=one.track_id)
            for one, track in places
        )


def forget_made(workspace: Workspace, filed: Withdrawal, session_id: str, *, copies: bool = True) -> None:
    """Deletes what was made from a session, and with ``copies`` what was taken back of it; all can be made again."""
    places = [workspace.root / made.location for made in workspace.artefacts.of(session_id)]
    for place in places:
        if place.is_relative_to(workspace.stages.root):
            workspace.stages.drop(place)
    known = {workspace.root / made.location for made in workspace.artefacts.all()}
    for place in workspace.stages.files():
        if place not in known and place.parent.name != "exports":
            workspace.stages.drop(place)
    if copies:
        taken_back = sorted(workspace.withdrawn.glob(f"{session_id}-*"))
        for folder in (*taken_back, workspace.out / session_id):
            if folder.is_dir():
                shutil.rmtree(folder)
    gone = [made for made in workspace.artefacts.of(session_id) if not (workspace.root / made.location).exists()]
    workspace.artefacts.set_state((made.artefact_id for made in gone), ArtefactState.ERASED)
    for made in gone:
        _note(workspace, filed, f"erased: {made.kind}", made.artefact_id)


def _mark(
    workspace: Workspace, filed: Withdrawal, one: Affected, keys: Keys, files: Iterable[str], now: datetime
) -> None:
    """Before anything goes: what to search for, who it was, and that these files are gone on purpose."""
    session, places = one.session, workspace.stages.root / "speech"
    kept = [
        workspace.stages.get("speech", (workspace.root / made.location).stem, Transcript)
        for made in workspace.artefacts.of(session.session_id)
        if (workspace.root / made.location).parent == places
    ]
    said = words.said_by(session, [each for each in kept if each is not None], frozenset(one.sure))
    with workspace.db.begin() as connection:
        for text in said:
            withdrawals.mark(connection, filed.withdrawal_id, "gram", words.GRAM, keys.marked(text))
        for who, party_id in one.sure.items():
            person = session.participant(who)
            if person.name != erased_participants.PLACEHOLDER:
                entities = entities_of(words.known_by(person))
                misheard.unlearn(connection, workspace.key("alias"), entities)
                pseudonym_labels.free(
                    connection, [pseudonym_labels.mark(workspace.key("alias"), pseudonym_labels.PERSON, party_id)]
                )
                for text, size in words.searchable(words.known_by(person)).items():
                    withdrawals.mark(connection, filed.withdrawal_id, "alias", size, keys.marked(text))
                erased_participants.put(connection, session, person, party_id, keys)
        for digest, kind in (*((one, tombstones.VAULT) for one in files), (session.source_digest, tombstones.SOURCE)):
            tombstones.put(
                connection,
                digest,
                kind=kind,
                withdrawal_id=filed.withdrawal_id,
                session_id=session.session_id,
                erased_at=now,
            )


def _lines_of_others(lines: tuple[Line, ...], people: frozenset[str]) -> tuple[Line, ...]:
    """The lines that are somebody else's for sure."""
    return tuple(line for line in lines if line.participant_id is not None and line.participant_id not in people)


def _note(workspace: Workspace, filed: Withdrawal, done: str, what: str) -> None:
    withdrawals.step(workspace.ledger, filed.withdrawal_id, done, what, {})
