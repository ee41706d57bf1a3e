"""What of a session's redacted words is read for requests: what was said and what was typed, by consent alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.export.mentions import PURPOSE, QUOTED, may_use
from pipeline.records import Role, Ruling, Session, Turn
from pipeline.render import file_names
from pipeline.render.rendition import chat_of, turns_of
from pipeline.review.chat_quotes import REDACTED, Quotes, own_texts, quote_places


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableTurns:
    """Redacted turns: what was said, and the messages of the chat."""

    spoken: tuple[Turn, ...] = ()
    typed: tuple[Turn, ...] = ()

    def of(self, people: Collection[str]) -> ReadableTurns:
        """Those of some participants alone."""
        spoken, typed = (
            tuple(turn for turn in turns if turn.participant_id in people) for turns in (self.spoken, self.typed)
        )
        return ReadableTurns(spoken=spoken, typed=typed)


def published_turns(folder: Path) -> ReadableTurns | None:
    """The turns of a rendition in its folder; None where it has no transcript."""
    if not (folder / file_names.TRANSCRIPT_JSONL).is_file():
        return None
    return ReadableTurns(spoken=turns_of(folder), typed=chat_of(folder))


def staff_of(session: Session) -> tuple[str, ...]:
    """The ids of the team's own people and bots in a session, in order."""
    return tuple(person.participant_id for person in session.participants if person.role in (Role.STAFF, Role.BOT))


def unshared_speakers(session: Session, ruling: Ruling) -> frozenset[str]:
    """Those out of whose words requests may be read though the words may not be shown; staff only answer."""
    staff = staff_of(session)
    return frozenset(
        person.participant_id
        for person in session.participants
        if person.participant_id not in staff
        and may_use(ruling, session, person.participant_id, PURPOSE)
        and not may_use(ruling, session, person.participant_id, QUOTED)
    )


def readable(session: Session, ruling: Ruling, published: ReadableTurns, unshared: ReadableTurns) -> ReadableTurns:
    """The turns of those who may be used for product work, in order of time; ``unshared`` as it is kept.

    What was said by somebody nobody knows is read where every participant may be used; what such a one typed never is.
    What a message repeats of somebody who may not be used is not read either.
    """
    kept_back = unshared_speakers(session, ruling)
    hidden = unshared.of(kept_back)
    spoken = [turn for turn in published.spoken if turn.participant_id not in kept_back]
    spoken = [turn for turn in spoken if may_use(ruling, session, turn.participant_id, PURPOSE)]
    used = {
        person.participant_id
        for person in session.participants
        if may_use(ruling, session, person.participant_id, PURPOSE)
    }
    typed = [*published.of(used - kept_back).typed, *hidden.typed]
    in_time = sorted(enumerate(_without_quotes(session, used, published, typed)), key=lambda each: _at(*each))
    return ReadableTurns(
        spoken=tuple(sorted((*spoken, *hidden.spoken), key=lambda turn: (turn.start_s, turn.end_s, turn.speaker))),
        typed=tuple(turn for _, turn in in_time),
    )


def _at(place: int, turn: Turn) -> tuple[float, int]:
    """Messages of one second stay in the order that they have in the file."""
    return turn.start_s, place


def _without_quotes(
    session: Session, used: Collection[str], published: ReadableTurns, typed: Sequence[Turn]
) -> Iterator[Turn]:
    """The messages without what repeats those who may not be used, as they wrote or said it and as it was redacted."""
    written = [(line.text, line.direct or line.participant_id not in used) for line in session.chat]
    redacted = [(turn.text, turn.participant_id not in used) for turn in published.typed]
    left_out = [text for messages in (written, redacted) for text in own_texts(messages)]
    left_out += [
        cue.text for cue in session.captions if cue.participant_id is not None and cue.participant_id not in used
    ]
    quotes = Quotes(left_out, [turn.text for turn in typed])
    for turn in typed:
        text = turn.text
        for start_char, end_char in sorted(quote_places(turn.text, quotes), reverse=True):
            text = f"{text[:start_char]}{REDACTED}{text[end_char:]}"
        yield replace(turn, text=text)
