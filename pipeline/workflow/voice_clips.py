"""A clip of one voice of mixed sound, for somebody who says whose it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline import diarization
from pipeline.media.clip import wav_bytes
from pipeline.records import Session, VoiceTurn
from pipeline.store import Workspace, voices
from pipeline.workflow.track_pieces import track_piece

_EXCERPTS, _EXCERPT_S = 3, 4.0
"""A clip is some turns of a voice, far apart from each other: if two people are one cluster, both are heard."""
_LEAST_S = 1.5
"""Of a turn that somebody's who may not be heard may be: about four words, enough to know whose voice it is."""
_BETWEEN_S = 0.4
_Samples = NDArray[np.float32]


def clip_of_turns(workspace: Workspace, session: Session, own: Sequence[VoiceTurn], *, is_least: bool = False) -> bytes:
    """A WAV file of the longest turns of the first, middle and last third of a voice's turns, each cut to 4 seconds.

    ``is_least`` cuts them to a second and a half: where consent closes the sound, and only who speaks is asked.
    """
    longest_s = _LEAST_S if is_least else _EXCERPT_S
    parts: list[_Samples] = []
    for third in np.array_split(np.arange(len(own)), _EXCERPTS):
        if len(third):
            turn = max((own[at] for at in third), key=lambda turn: turn.end_s - turn.start_s)
            parts.append(_mixed(workspace, session, turn.start_s, min(turn.end_s, turn.start_s + longest_s)))
            parts.append(np.zeros(round(_BETWEEN_S * diarization.RATE), np.float32))
    sound = np.concatenate(parts)
    loudest = float(np.abs(sound).max(initial=0.0))
    return wav_bytes(sound / loudest if loudest > 1.0 else sound, rate=diarization.RATE)


def _mixed(workspace: Workspace, session: Session, start_s: float, end_s: float) -> _Samples:
    """All mixed sound of a session from one second to another, mono at 16 kHz."""
    length = round((end_s - start_s) * diarization.RATE)
    mixed = np.zeros(length, np.float32)
    for track in voices.mixed_tracks(session):
        mixed += track_piece(workspace, track, start_s=start_s, length=length, rate=diarization.RATE)
    return mixed
