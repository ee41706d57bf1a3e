"""The places that the proof of a rendition heard again, written as clips for the person who decides about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline import consent, speech
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.files import make_private, write_bytes
from pipeline.media.clip import wav_bytes
from pipeline.records import Proposal, Ruling, Session, SoundPlace
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.speech.audio_types import RATE
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.review_material import material_of

# A name is recognised by the words around it: about a sentence is heard with it.
_AROUND_S = 2.0
_UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardClip:
    """A place that was heard again: its proposal, when it begins, what holds of it, its file; no file for writing."""

    proposal_id: str
    replacement: str
    start_s: float | None
    decision: str
    file: str


def write_clips(workspace: Workspace, session_id: str, out: Path, *, actor: str, now: datetime) -> list[HeardClip]:
    """Writes a WAV file, 0600, for each place that was heard again into ``out``, a folder of the user's alone.

    The ledger records first that ``actor`` listens. It is silent where consent closes the sound, and where the last
    run did: it knows where captions belong, and which words a reviewer gave to whom. Raises
    ``UsageProblem`` where nothing was heard again or ``out`` is no place for clips, and ``RefusedByPolicy`` where
    consent lets nobody listen.
    """
    places = [proposal for proposal in proposals_of(workspace, session_id) if proposal.is_heard_again]
    if not places:
        raise UsageProblem("nothing was heard again in this session", action="see `offrecord review show`")
    require_place_for_clips(workspace, out)
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    ruling = consent.rule(session, workspace=workspace, now=now)
    if not isinstance(ruling, Ruling):
        raise RefusedByPolicy(f"nobody may listen: {ruling.reason}", action=ruling.action)
    latest = {decision.proposal_id: decision.verdict for decision in decision_log.decisions(workspace.db, session_id)}
    closed = dict(material_of(workspace, session_id).closed)
    decision_log.note_listening(workspace.db, session_id, actor=actor)
    make_private(out)
    return [
        _written(workspace, session, ruling, closed, proposal, out, latest.get(proposal.proposal_id, _UNDECIDED))
        for proposal in places
    ]


def require_place_for_clips(workspace: Workspace, out: Path) -> None:
    """Raises ``UsageProblem`` unless clips may be written into ``out``, a new folder that is not among renditions."""
    if out.is_symlink() or (out.exists() and not out.is_dir()) or not out.parent.is_dir():
        raise UsageProblem(
            "the output is not a folder, or its parent folder does not exist", action="give another name"
        )
    if out.is_dir() and any(out.iterdir()):
        raise UsageProblem("the output folder is not empty", action="give the name of a new folder")
    if out.resolve().is_relative_to(workspace.out.resolve()):
        raise UsageProblem("clips may not lie among the renditions", action="write them elsewhere")


def _written(
    workspace: Workspace,
    session: Session,
    ruling: Ruling,
    closed: Mapping[str, Sequence[tuple[float, float]]],
    proposal: Proposal,
    out: Path,
    decision: str,
) -> HeardClip:
    places = [finding.place for finding in proposal.findings if isinstance(finding.place, SoundPlace)]
    file = f"{proposal.proposal_id}.wav" if places else ""
    start_s = min((place.start_s for place in places), default=None)
    if start_s is not None:
        end_s = max(place.end_s for place in places)
        around = max(0.0, start_s - _AROUND_S), min(session.duration_s, end_s + _AROUND_S)
        samples = speech.excerpt(session, ruling, *around, vault=workspace.vault, also_closed=closed)
        write_bytes(out / file, wav_bytes(samples, rate=RATE))
    return HeardClip(
        proposal_id=proposal.proposal_id,
        replacement=proposal.replacement,
        start_s=start_s,
        decision=str(decision),
        file=file,
    )
