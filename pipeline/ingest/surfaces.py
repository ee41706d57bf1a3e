"""Turns captions and chat as written into records on the session's clock, with speakers found by display name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.ingest.captions import Caption
from pipeline.ingest.captions.speakers import spoken_parts
from pipeline.ingest.chat import ChatMessage
from pipeline.ingest.clock import session_times
from pipeline.ingest.participants import Speakers
from pipeline.records import ChatLine, Cue


def cues(
    captions: Sequence[Caption], speakers: Speakers, *, start: datetime | None, duration_s: float
) -> tuple[Cue, ...]:
    """The captions as records, one for each speaker in one; where only starts are known, each lasts until the next.

    The last one then lasts until the session's end. Raises ``InputRefused`` where their times do not fit the session's.
    """
    starts = [caption.start_s for caption in captions]
    if any(caption.wall for caption in captions):
        starts = session_times(starts, start, duration_s, "captions")
    placed = []
    for caption, start_s, next_s in zip(captions, starts, [*starts[1:], duration_s], strict=False):
        end_s = max(start_s, next_s) if caption.end_s is None else caption.end_s
        span = {"start_s": min(start_s, duration_s), "end_s": min(end_s, duration_s)}
        placed += [
            Cue(**span, participant_id=speakers.find(name) if name else None, text=text)
            for name, text in spoken_parts(caption, speakers)
        ]
    return tuple(placed)


def chat_lines(messages: Sequence[ChatMessage], speakers: Speakers) -> tuple[ChatLine, ...]:
    """The chat as records; the messages' times are the session's."""
    return tuple(
        ChatLine(
            at_s=message.at_s,
            participant_id=speakers.find(message.sender),
            text=message.text,
            direct=message.direct,
        )
        for message in messages
    )
