"""A piece of a session's sound as far as consent lets anybody listen to it, for a reviewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline import media
from pipeline.records import Ruling, Session, Track
from pipeline.speech import tracks
from pipeline.speech.audio_types import RATE, Samples, Span

if TYPE_CHECKING:
    from pipeline.store.vault import Vault


def excerpt(
    session: Session,
    ruling: Ruling,
    start_s: float,
    end_s: float,
    *,
    vault: Vault,
    also_closed: Mapping[str, Sequence[tuple[float, float]]] | None = None,
) -> Samples:
    """The sound of all tracks together from ``start_s`` to ``end_s``, mono at ``RATE``, silent where consent closes it.

    ``also_closed`` are spans by track id, in seconds of the session, that are silent whatever consent says now.
    Raises ``InputRefused`` where a sealed file cannot be read.
    """
    wanted, also = Span(start_s, end_s), also_closed or {}
    closed = {
        track_id: (*shut, *(Span(*span) for span in also.get(track_id, ())))
        for track_id, shut in tracks.closed(session, ruling)
    }
    heard = [_of_track(track, closed[track.track_id], wanted, vault) for track in tracks.audible(session, ruling)]
    mixed = np.zeros(max(map(len, heard), default=0), np.float32)
    for samples in heard:
        mixed[: len(samples)] += samples
    loudest = float(np.abs(mixed).max(initial=0.0))
    return mixed / loudest if loudest > 1.0 else mixed


def _of_track(track: Track, closed: tuple[Span, ...], wanted: Span, vault: Vault) -> Samples:
    own = wanted.shifted(-track.offset_s)
    if own.end_s <= 0:
        return np.zeros(0, np.float32)
    late_s, start_s = max(0.0, -own.start_s), max(0.0, own.start_s)
    path = vault.path(track.digest)
    blocks = media.decode(path, stream=track.stream, rate=RATE, channels=1, start_s=start_s, end_s=own.end_s)
    shut = [span.shifted(-track.offset_s - start_s) for span in closed]
    sound = [block.reshape(-1) for block in tracks.quiet(blocks, shut)]
    return np.concatenate([np.zeros(round(late_s * RATE), np.float32), *sound])
