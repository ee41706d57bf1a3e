"""Erases one person from one session: their tracks, mixed sound that they speak in, their lines and their name."""

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
from pipeline.errors import InputRefused, WorkspaceDamaged
from pipeline.lexicon.surface_forms import entities_of
from pipeline.proof import RemovedVoice, find_crosstalk
from pipeline.records import ChatLine, Crosstalk, Cue, RedactionInterval, Session, Track
from pipeline.store import Workspace, misheard, pseudonym_labels, tombstones, withdrawals
from pipeline.store.artefacts import ArtefactState
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal
from pipeline.workflow.erasure import fingerprints
from pipeline.workflow.erasure.affected import AffectedSession
from pipeline.workflow.erasure.split_files import split_files

Line = TypeVar("Line", Cue, ChatLine)

# GDPR Art. 12(3): an answer is due within one month of the request, so that a decision cannot wait for longer.
HOLD_MIXED = timedelta(days=30)
"""How long a recording in which they cannot be told from the others waits for a decision before it is erased whole."""

GAP = "[removed]"
_REMOVED = "removed from the session"
_MIXED = "held for a decision: they spoke in mixed sound"
_TOGETHER = "held for a decision: a file holds them beside others"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedSession:
    """A session without the people: ``files`` are the sealed files to erase; ``waits`` where mixed sound is left."""

    session: Session
    files: frozenset[str]
    waits: bool


def without_people(session: Session, people: frozenset[str], *, mixed_too: bool) -> ErasedSession:
    """A session without these participants, decided without doing anything.

    It loses their own tracks, mixed sound that they spoke in, the picture, and every sealed text. Where they
    spoke in mixed sound alone, that goes only with ``mixed_too``; then nothing of the recording may be left.
    """
    speakers = _speakers(session) & people
    spoke = bool(speakers)
    alone = [who for who in speakers if not session.has_own_track(who)]
    waits = bool(alone) and not mixed_too
    kept = tuple(
        track
        for track in session.tracks
        if track.participant_id not in people and (track.participant_id is not None or waits or not spoke)
    )
    used = {track.digest for track in kept}
    files = frozenset(file.digest for file in session.sealed if file.kind != "media" or file.digest not in used)
    nameless = tuple(
        replace(erased_participants.nameless(person), spoke=waits and person.participant_id in alone)
        if person.participant_id in people
        else person
        for person in session.participants
    )
    return ErasedSession(
        session=replace(
            session,
            tracks=kept,
            video=None,
            participants=nameless,
            captions=_lines_of_others(session.captions, people) if kept else (),
            embedded=_lines_of_others(session.embedded, people) if kept else (),
            chat=_lines_of_others(session.chat, people) if kept else (),
            notes=(),
            sealed=tuple(file for file in session.sealed if file.digest not in files),
        ),
        files=files,
        waits=waits,
    )


def _speakers(session: Session) -> frozenset[str]:
    """Who may be heard in a session: a claim that somebody is silent counts only where the recording shows it."""
    gone = [person.participant_id for person in session.participants if person.name == erased_participants.PLACEHOLDER]
    effective = effective_session(session, erased=gone)
    return frozenset(person.participant_id for person in effective.participants if person.spoke)


def without_names(session: Session, aliases: Iterable[str]) -> Session:
    """A session in whose texts none of these aliases is left."""
    longest_first = sorted(aliases, key=len, reverse=True)
    escaped = [re.escape(alias.strip()) for alias in longest_first if fingerprints.searchable([alias])]
    if not escaped:
        return session
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)", re.IGNORECASE)
    return replace(
        session,
        title=pattern.sub(GAP, session.title),
        captions=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.captions),
        embedded=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.embedded),
        chat=tuple(replace(line, text=pattern.sub(GAP, line.text)) for line in session.chat),
        notes=tuple(pattern.sub(GAP, line) for line in session.notes),
    )


def erase(
    workspace: Workspace,
    filed: Withdrawal,
    affected: AffectedSession,
    *,
    elsewhere: frozenset[str],
    now: datetime,
    by_time: bool,
) -> bool:
    """Erases a withdrawal's person from a session; True when part of it waits for a decision. Safe to repeat.

    ``elsewhere`` are the runs of words that others say in other sessions, which no search is for. Without ``by_time``
    what waits goes on waiting, however long it did.
    """
    people, keys = frozenset(affected.sure), Keys(workspace.key("identity"))
    whole = filed.whole or (by_time and now >= filed.filed_at + HOLD_MIXED)
    changed = without_people(affected.session, people, mixed_too=whole)
    session_id, tracks = affected.session.session_id, changed.session.tracks
    crosstalk = tuple(dict.fromkeys((*affected.session.crosstalk, *_crosstalk(workspace, affected.session, tracks))))
    changed = replace(changed, session=replace(changed.session, crosstalk=crosstalk))
    done = _MIXED if changed.waits else _REMOVED
    if workspace.ledger.has(withdrawals.STEP, f"{filed.withdrawal_id}/{done}/{session_id}"):
        return changed.waits
    if not changed.waits:
        changed = _split(workspace, changed, whole=whole)
        done = _TOGETHER if changed.waits else _REMOVED
    others = {
        sealed.digest
        for session in Registry(workspace.db).sessions()
        if session.session_id != session_id
        for sealed in session.sealed
    }
    files = changed.files - others
    before = replace(affected, session=replace(affected.session, crosstalk=crosstalk))
    _mark(workspace, filed, before, keys, files, elsewhere, now)
    Registry(workspace.db).rewrite_erased(changed.session)
    delete_derived(workspace, filed, session_id)
    _note(workspace, filed, done, session_id)
    return changed.waits


def _split(workspace: Workspace, changed: ErasedSession, *, whole: bool) -> ErasedSession:
    """Without the files that hold more than what stays; it waits where a file cannot be split."""
    session, left = split_files(changed.session, workspace=workspace, whole=whole)
    gone = {track.digest for track in changed.session.tracks} - {track.digest for track in session.tracks}
    return replace(changed, session=session, files=changed.files | gone, waits=left)


def _crosstalk(workspace: Workspace, session: Session, kept: Sequence[Track]) -> tuple[Crosstalk, ...]:
    """Where the voices of tracks that go are heard in those that stay; everywhere, where that cannot be compared.

    It is found before the tracks go, because afterwards nothing is left to compare with.
    """
    whole = (RedactionInterval(start_s=0.0, end_s=session.duration_s),)
    own = [track for track in session.tracks if track.participant_id is not None and track not in kept]
    try:
        left = [RemovedVoice(track=track, windows=whole) for track in own]
        return find_crosstalk(session, left, kept, vault=workspace.vault)
    except (InputRefused, WorkspaceDamaged):
        pairs = ((source, track) for source in own for track in kept)
        return tuple(
            Crosstalk(track_id=track.track_id, start_s=0.0, end_s=session.duration_s, of=source.track_id)
            for source, track in pairs
        )


def delete_derived(workspace: Workspace, filed: Withdrawal, session_id: str, *, copies: bool = True) -> None:
    """Deletes what was made from a session, with ``copies`` also what was withdrawn of it; it can be made again."""
    workspace.words.drop(session_id)
    places = [workspace.root / artefact.location for artefact in workspace.artefacts.of(session_id)]
    workspace.stages.drop_each({place for place in places if place.is_relative_to(workspace.stages.root)})
    known = {workspace.root / artefact.location for artefact in workspace.artefacts.all()}
    workspace.stages.drop_each(
        place for place in workspace.stages.files() if place not in known and place.parent.name != "exports"
    )
    if copies:
        withdrawn = sorted(workspace.withdrawn.glob(f"{session_id}-*"))
        for folder in (*withdrawn, workspace.out / session_id):
            if folder.is_dir():
                shutil.rmtree(folder)
    artefacts = workspace.artefacts.of(session_id)
    gone = [artefact for artefact in artefacts if not workspace.has_material(workspace.root / artefact.location)]
    workspace.artefacts.set_state((artefact.artefact_id for artefact in gone), ArtefactState.ERASED)
    for artefact in gone:
        _note(workspace, filed, f"erased: {artefact.kind}", artefact.artefact_id)


def _mark(
    workspace: Workspace,
    filed: Withdrawal,
    affected: AffectedSession,
    keys: Keys,
    files: Iterable[str],
    elsewhere: frozenset[str],
    now: datetime,
) -> None:
    """Records, before anything is deleted, what to search for, who it was, and that these files go on purpose."""
    session = affected.session
    transcripts = fingerprints.transcripts_of(workspace, session.session_id)
    runs = fingerprints.unique_runs(session, transcripts, frozenset(affected.sure)) - elsewhere
    with workspace.db.begin() as connection:
        for text in runs:
            withdrawals.mark(connection, filed.withdrawal_id, "gram", fingerprints.GRAM_WORDS, keys.marked(text))
        for who, party_id in affected.sure.items():
            person = session.participant(who)
            if person.name != erased_participants.PLACEHOLDER:
                entities = entities_of(fingerprints.names_of(person))
                misheard.unlearn(connection, workspace.key("alias"), entities)
                pseudonym_labels.free(
                    connection, [pseudonym_labels.mark(workspace.key("alias"), pseudonym_labels.PERSON, party_id)]
                )
                for text, size in fingerprints.searchable(fingerprints.names_of(person)).items():
                    withdrawals.mark(connection, filed.withdrawal_id, "alias", size, keys.marked(text))
                erased_participants.put(connection, session, person, party_id, keys)
        for digest, kind in (*((file, tombstones.VAULT) for file in files), (session.source_digest, tombstones.SOURCE)):
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
