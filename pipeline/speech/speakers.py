"""Who spoke on a mixed track, as far as the platform's captions say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.records import Cue
from pipeline.speech.audio_types import Span


def speaker(captions: Sequence[Cue], span: Span) -> str | None:
    """The participant whose cues share most of the span; None where none does, or two share it alike."""
    shared: dict[str, float] = defaultdict(float)
    for cue in captions:
        if cue.participant_id is not None:
            shared[cue.participant_id] += span.overlap_s(Span(cue.start_s, cue.end_s))
    ranked = sorted(((seconds, who) for who, seconds in shared.items() if seconds > 0.0), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 1e-6):
        return None
    return ranked[0][1]
