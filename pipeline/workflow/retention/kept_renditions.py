"""What becomes of a session whose original or transcript was removed: its renditions stay as consent allows, or go.

Nothing can be made of it again. So a rendition stays only where it hides all that consent closes now and its texts hold
no term that is listed now; else it is withdrawn, and no later yes brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from pipeline import consent, render
from pipeline.lexicon import patterns
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import (
    Audience,
    Held,
    Outcome,
    PlannedTerm,
    Purpose,
    Refused,
    Ruling,
    Session,
    SessionProgress,
    SessionResult,
)
from pipeline.render import file_names
from pipeline.render.redaction_diff import RedactionScope, newly_exposed
from pipeline.render.terms import TermReplacer
from pipeline.store import Workspace, releases, terms
from pipeline.store.codec import decode
from pipeline.workflow.results import holds_until, stop_session
from pipeline.workflow.retention.periods import cannot_be_made, may_be_published

_NOTHING = "the session is past its retention, and nothing of it is published"
_TEXTS = (".jsonl", ".srt", ".txt", ".vtt")


def keep_published(session: Session, workspace: Workspace, *, now: datetime) -> SessionProgress | None:
    """How far such a session stays; None for a session that can be made again."""
    if not cannot_be_made(workspace, session.session_id):
        return None
    workspace.words.keep(session.session_id, ())
    working = consent.working_session(session, workspace=workspace)
    ruling = consent.rule(working, workspace=workspace, now=now)
    if isinstance(ruling, Held | Refused):
        return stop_session(session, workspace, ruling, now=now)
    kept = [audience for audience in Audience if _kept(working, ruling, audience, workspace, now)]
    listed = " and ".join(kept)
    reason = f"{listed} {'is' if len(kept) == 1 else 'are'} published; its original is past its retention"
    result = SessionResult(
        session_id=session.session_id,
        status="done",
        reason=reason if kept else _NOTHING,
        action="",
        renditions=tuple(sorted(file_names.folder_of(session.session_id, audience) for audience in kept)),
    )
    return SessionProgress(result=result, valid_until=holds_until(session, workspace, now=now))


def _kept(session: Session, ruling: Ruling, audience: Audience, workspace: Workspace, now: datetime) -> bool:
    """Whether a rendition stays; where not, it is withdrawn."""
    if may_stay(session, ruling, audience, workspace, now=now, out=workspace.out):
        with consent.release(workspace, ruling):
            if hides_enough(session, ruling, audience, workspace, out=workspace.out):
                return True
    workspace.retract(session.session_id, audience)
    return False


def may_stay(
    session: Session, ruling: Ruling, audience: Audience, workspace: Workspace, *, now: datetime, out: Path
) -> bool:
    """Whether a rendition below ``out`` is still asked for, in time and allowed, and holds no term that is listed."""
    requested = audience.purpose in session.purposes
    in_time = may_be_published(audience, session.started_at, workspace.settings.retention, now=now)
    is_allowed = requested and in_time and ruling.allows(audience.purpose)
    return is_allowed and _holds_no_term(session, audience, workspace, now, out)


def hides_enough(session: Session, ruling: Ruling, audience: Audience, workspace: Workspace, *, out: Path) -> bool:
    """Whether the rendition below ``out`` is whole, the latest one, and hides all that consent closes now."""
    session_id = session.session_id
    proof = read_manifest(out / session_id / audience / MANIFEST)
    latest = releases.latest(workspace.db, session_id, audience)
    if proof is None or latest is None or latest[0] != proof.entry:
        return False
    scope = decode(latest[1], RedactionScope)
    people = [person.participant_id for person in session.participants]
    if newly_exposed(closed_by_consent(people, ruling, audience.purpose, scope), scope):
        return False
    public_key = workspace.signer.public_key
    return render.recall(session_id, audience, out, proof.key, public_key=public_key) is not None


def closed_by_consent(people: Iterable[str], ruling: Ruling, purpose: Purpose, scope: RedactionScope) -> RedactionScope:
    """What a rendition with the tracks of this one has to hide for the sake of consent.

    ``people`` are the ids of participants. Whoever is taken out is gone from the first second to the last, also where
    the ruling proceeds for a part.
    """
    removed = ruling.removed(purpose) | ruling.removed(Purpose.RECORD)
    closed = (part for about in (purpose, Purpose.RECORD) for part in ruling.closed_spans(about))
    gone = (
        (person, interval.start_s, interval.end_s)
        for person in sorted(removed.union(people))
        for about in (purpose, Purpose.RECORD)
        for interval, outcome in ruling.spans(about, person)
        if person in removed or outcome is not Outcome.PROCEED
    )
    return RedactionScope(
        tracks=scope.tracks,
        windows=tuple(("", part.start_s, part.end_s) for part in closed),
        gone=tuple(gone),
        covers=scope.covers,
    )


def _holds_no_term(session: Session, audience: Audience, workspace: Workspace, now: datetime, out: Path) -> bool:
    """Whether no text of a rendition holds a term or pattern that is listed for the session now."""
    known = terms.known_to(session, workspace.listed(), on=now.date())
    listed = [PlannedTerm(text=text, replacement="") for term in known.terms for text in (term.text, *term.aliases)]
    replacer = TermReplacer(listed)
    return not any(
        replacer.spans(line)
        or any(True for each in known.patterns for _ in patterns.places(each.text, line, each.where))
        for line in _lines(out / session.session_id / audience)
    )


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in _TEXTS:
            yield from path.read_text("utf-8").splitlines()
