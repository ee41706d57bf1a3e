"""Turns captions and chat as written into records on the session's clock, with speakers found by display name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.ingest import captions, chat
from pipeline.ingest.clock import session_times
from pipeline.ingest.participants import Speakers
from pipeline.records import ChatLine, Cue


def cues(
    said: Sequence[captions.Caption], speakers: Speakers, *, start: datetime | None, duration_s: float
) -> tuple[Cue, ...]:
    """The captions as records; where only starts are known, each lasts until the next one or the session's end."""
    starts = [each.start_s for each in said]
    if any(each.wall for each in said):
        starts = session_times(starts, start, duration_s, "captions")
    made = []
    for each, start_s, next_s in zip(said, starts, [*starts[1:], duration_s], strict=False):
        name, text = _speaker(each, speakers)
        end_s = max(start_s, next_s) if each.end_s is None else each.end_s
        participant_id = speakers.find(name) if name else None
        span = {"start_s": min(start_s, duration_s), "end_s": min(end_s, duration_s)}
        made.append(Cue(**span, participant_id=participant_id, text=text))
    return tuple(made)


def chat_lines(
    written: Sequence[chat.ChatMessage], speakers: Speakers, *, start: datetime | None, duration_s: float
) -> tuple[ChatLine, ...]:
    """The chat as records, times within the session."""
    times = [each.at_s for each in written]
    if any(each.wall for each in written):
        times = session_times(times, start, duration_s, "chat")
    return tuple(
        ChatLine(
            at_s=min(at_s, duration_s), participant_id=speakers.find(each.sender), text=each.text, direct=each.direct
        )
        for each, at_s in zip(written, times, strict=True)
    )


def _speaker(each: captions.Caption, speakers: Speakers) -> tuple[str | None, str]:
    if each.speaker is not None:
        return each.speaker, each.text
    parts = captions.prefixed(each.text)
    if parts is not None and speakers.knows(parts[0]):
        return parts
    return None, each.text
