"""The sound of a session for a reviewer: a piece as mono Opus, silent where consent lets nobody listen.

Nothing of it is kept on disk: a piece is made when it is asked for, so that a withdrawal takes effect at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import spans
from pipeline.errors import UsageProblem
from pipeline.media import encoder
from pipeline.media.output_formats import format_of
from pipeline.records import Audience, Verdict
from pipeline.records.shell_actor import mark
from pipeline.review import decision_log
from pipeline.review.consent_removals import consent_removals
from pipeline.review.uncertainty_margin import Widener
from pipeline.review.windows import of_findings, of_unheard, windows
from pipeline.store import Workspace
from pipeline.workflow.review_material import ReviewSession
from pipeline.workflow.track_pieces import track_piece

LONGEST_S = 120.0
_RATE = 48_000
_SUFFIX = ".ogg"
_Samples = NDArray[np.float32]


def note_listen(workspace: Workspace, session_id: str, *, actor: str, start_s: float, end_s: float) -> None:
    """Notes in the ledger that somebody hears original sound."""
    at = datetime.now(UTC).isoformat()
    body = {"session_id": session_id, "actor": mark(actor), "start_s": round(start_s, 1), "end_s": round(end_s, 1)}
    workspace.ledger.append("listen", f"{session_id} {at}", body)


def audio_piece(
    workspace: Workspace, opened: ReviewSession, *, start_s: float, end_s: float, redacted: bool = False
) -> bytes:
    """All tracks from ``start_s`` to ``end_s`` together, as Ogg Opus; ``redacted`` mutes what would be muted now.

    The redacted piece is made from the decisions as they are, undecided as redact; it is no rendition and not proved.
    Raises ``UsageProblem`` for a piece that is not within the session or longer than two minutes.
    """
    end_s = min(end_s, opened.session.duration_s)
    if not 0 <= start_s < end_s or end_s - start_s > LONGEST_S:
        raise UsageProblem("the piece is not within the session, or too long", action="ask for two minutes at most")
    length = round((end_s - start_s) * _RATE)
    mixed: _Samples = np.zeros(length, dtype=np.float32)
    closed = dict(opened.material.closed)
    muted = _muted(workspace, opened) if redacted else ()
    for track in opened.session.tracks:
        own = ((span[0], span[1]) for span in closed.get(track.track_id, ()))
        also = ((start, end) for start, end, track_id in muted if track_id in (None, track.track_id))
        silent = spans.merge([*own, *also])
        if not spans.complement(silent, start_s, end_s):
            continue  # nothing of it is heard, so its original is not even decrypted
        samples = track_piece(workspace, track, start_s=start_s, length=length, rate=_RATE)
        for span_start_s, span_end_s in silent:
            _silence(samples, span_start_s - start_s, span_end_s - start_s)
        mixed += samples
    np.clip(mixed, -1.0, 1.0, out=mixed)
    return _opus(workspace, mixed)


def _muted(workspace: Workspace, opened: ReviewSession) -> tuple[tuple[float, float, str | None], ...]:
    """The windows of all that is not kept indeed, of speech that no word covers, and of whom consent takes out."""
    decisions = decision_log.decisions(workspace.db, opened.session.session_id)
    verdicts = {each.proposal_id: each.verdict for each in decisions}
    kept = {each for each, verdict in verdicts.items() if verdict is Verdict.KEEP} - opened.marks.closed.keys()
    applied = [each for each in opened.proposals if each.proposal_id not in kept]
    settings = workspace.settings.redact
    widener = Widener(opened.transcript, opened.session.tracks, settings)
    wanted = (*of_findings(applied, widener), *of_unheard(opened.transcript, widener))
    planned = windows(wanted, duration_s=opened.session.duration_s, settings=settings)
    out = consent_removals(
        opened.session, opened.ruling, opened.transcript, Audience.INTERNAL.purpose, pad_s=settings.pad_s
    )
    gone = [track.track_id for track in opened.session.tracks if track.track_id not in out.keep_tracks]
    return (
        *((window.start_s, window.end_s, window.track_id) for window in (*planned, *out.windows)),
        *((0.0, opened.session.duration_s, track_id) for track_id in gone),
    )


def _silence(samples: _Samples, start_s: float, end_s: float) -> None:
    first, last = max(0, int(start_s * _RATE)), max(0, int(-(-end_s * _RATE // 1)))
    samples[first:last] = 0.0


def _opus(workspace: Workspace, samples: _Samples) -> bytes:
    with tempfile.TemporaryDirectory(dir=workspace.scratch) as folder:
        path = Path(folder) / f"piece{_SUFFIX}"
        with encoder(path, output_format=format_of(_SUFFIX), rate=_RATE, channels=1) as sound:
            for block in _blocks(samples):
                sound.write(block)
        return path.read_bytes()


def _blocks(samples: _Samples) -> Iterable[_Samples]:
    return (samples[at : at + _RATE, None] for at in range(0, len(samples), _RATE))
