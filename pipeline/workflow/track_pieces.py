"""A piece of a track's sound on the session's clock, for somebody who listens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.media import decode_piece
from pipeline.records import Track
from pipeline.store import Workspace


def track_piece(workspace: Workspace, track: Track, *, start_s: float, length: int, rate: int) -> NDArray[np.float32]:
    """``length`` samples of one track from ``start_s`` of the session on, in mono, silent where it has none."""
    filled: NDArray[np.float32] = np.zeros(length, dtype=np.float32)
    from_s = start_s - track.offset_s
    skipped = max(0, round(-from_s * rate))
    if skipped >= length or from_s >= track.duration_s:
        return filled
    begin_s = max(0.0, from_s)
    end_s = begin_s + (length - skipped) / rate
    path = workspace.vault.path(track.digest)
    sound = decode_piece(path, stream=track.stream, rate=rate, start_s=begin_s, end_s=end_s)[: length - skipped]
    filled[skipped : skipped + len(sound)] = sound
    return filled
