"""Finds what is said that a person must decide about: somebody objects to the recording, or may be a minor.

It is looked for in everything that holds what people say: the words that were heard, captions and chat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.detect.consent_questions import Asks, asked_by, consent_answers
from pipeline.detect.locate.words_and_text import turns
from pipeline.detect.objection_model import objection_places
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.lexicon.cues import CuePlace, SpokenSentence, find_cues, places, sentences, shipped_cues
from pipeline.lexicon.plain import word_set
from pipeline.records import ConsentCue, ConsentCueKind, Context, Cue, Session, SpokenCues, Transcript

_NEAR_S = 5.0
"""Captions and words that say the same so near each other are one cue: captions lag by some seconds."""

_OTHERS = word_set("you youd youre u anyone anybody someone somebody any people they theyd theyre")
_WHOEVER = word_set("whoever who")
_DO_NOT = word_set("dont doesnt do does would prefer prefers object objects isnt arent")
_FIRST_PERSON = word_set("i im id ill ive me my myself we were wed well us our")
_COMMANDS = word_set("stop pause end delete erase destroy turn switch shut kill")
_COMMANDED = word_set("recording recordings recorder taping filming")
_COMMANDED_WITHIN = 3  # words behind a command: "turn off the recording"
_OFFERED_WITHIN = 12
"""Words between whom an offer speaks of and its end, a judgement: a text without points is one long sentence."""
_ABSENT = word_set("those people anyone anybody everyone everybody colleagues")
_I = word_set("i im id ill ive me my myself")
_BEFORE_A_NOTICE = word_set(
    """so ok okay just also hi hey hello all everyone everybody folks guys well now please note that as a reminder heads
    up by the way quick always usual today before we start begin and welcome thanks for joining this our todays these
    know"""
)
_SO_YOU_KNOW = ("so", "you", "know")
_BEHIND_A_NOTICE = word_set(
    """today now here as always usual again too just for the team notes by way and will be shared internally"""
)
"""All that may follow what is announced behind "just so you know", which may as well begin an objection."""
_NO_NOTICE = _I | {"without"}
_DENIED = word_set("not never no nobody hardly supposedly allegedly apparently")
"""Words within what is announced that say the opposite or doubt it: "this is not being recorded"."""
_NEAR_WORDS = 8
"""Words between what is said of the recording and what is said against it: a judgement."""


def consent_cues(session: Session, transcript: Transcript, context: Context) -> tuple[ConsentCue, ...]:
    """Every such place of a session, in order of time, those of the chat last; each once, however it was read."""
    cues = context.cues or shipped_cues()
    answers = list(consent_answers(session, transcript, cues))
    timed = sorted(
        (
            *_heard(transcript, cues),
            *_captioned(session.captions, cues),
            *_captioned(session.embedded, cues),
            *(answer for answer in answers if answer.chat_line is None),
        ),
        key=lambda cue: (cue.start_s, cue.end_s, cue.kind),
    )
    unique: list[ConsentCue] = []
    for cue in timed:
        if not any(cue.kind is other.kind and cue.start_s - other.end_s < _NEAR_S for other in unique):
            unique.append(cue)
    written = [
        ConsentCue(kind=kind, chat_line=index)
        for index, line in enumerate(session.chat)
        for kind, _ in _in_text(line.text, cues)
    ]
    answered = (answer for answer in answers if answer.chat_line is not None)
    return (*unique, *dict.fromkeys((*written, *answered)))


def _heard(transcript: Transcript, cues: SpokenCues) -> Iterator[ConsentCue]:
    for turn in turns(transcript.words):
        words = [transcript.words[index] for index in turn]
        joined = OffsetMap([word.text for word in words])
        for kind, (start_char, end_char) in _in_text(joined.text, cues):
            cue_words = [words[part.piece] for part in joined.parts(start_char, end_char)]
            yield ConsentCue(
                kind=kind,
                track_id=cue_words[0].track_id,
                start_s=min(word.start_s for word in cue_words),
                end_s=max(word.end_s for word in cue_words),
            )


def _captioned(captions: tuple[Cue, ...], cues: SpokenCues) -> Iterator[ConsentCue]:
    joined = OffsetMap([caption.text for caption in captions])
    for kind, (start_char, end_char) in _in_text(joined.text, cues):
        shown = [captions[part.piece] for part in joined.parts(start_char, end_char)]
        yield ConsentCue(kind=kind, start_s=min(cue.start_s for cue in shown), end_s=max(cue.end_s for cue in shown))


def _in_text(text: str, cues: SpokenCues) -> Iterator[tuple[ConsentCueKind, tuple[int, int]]]:
    """The kind of each cue in a text, and its characters."""
    spans, words = places(text)
    parts = sentences(text, spans)
    notices = _notices(words, parts, cues)
    notices |= {
        number for number in _so_you_know(words, parts, cues) if not _ends_as_question(text, spans, parts[number])
    }
    likely = (*_against_this_recording(words, parts, cues), *objection_places(text, spans, words, parts, cues))
    objections = (
        *find_cues(cues.stop_recording, words, parts),
        *(place for place in likely if place.sentence not in notices and not _asks(words, place, cues)),
    )
    for place in objections:
        if not _is_offer(words, parts[place.sentence].start, place):
            yield ConsentCueKind.STOP_RECORDING, _characters(spans, place)
    for place in find_cues(cues.minor, words, parts):
        yield ConsentCueKind.MINOR, _characters(spans, place)


def _notices(words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues) -> set[int]:
    """The numbers of the sentences in which a host announces the recording, and says nothing of themself alone."""
    return {
        notice.sentence
        for notice in _announced(words, parts, cues)
        if _BEFORE_A_NOTICE.issuperset(words[parts[notice.sentence].start : notice.start])
        and _NO_NOTICE.isdisjoint(words[notice.end : parts[notice.sentence].end])
    }


def _announced(words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues) -> Iterator[CuePlace]:
    for notice in find_cues(cues.notices, words, parts):
        if _DENIED.isdisjoint(words[notice.start : notice.end]):
            yield notice


def _so_you_know(words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues) -> set[int]:
    """The numbers of the sentences that say "just so you know" and announce the recording, and nothing else."""
    announced = set()
    for notice in _announced(words, parts, cues):
        before = words[parts[notice.sentence].start : notice.start]
        at = next((at for at in range(len(before)) if tuple(before[at : at + 3]) == _SO_YOU_KNOW), None)
        behind = words[notice.end : parts[notice.sentence].end]
        if at is not None and _BEFORE_A_NOTICE.issuperset((*before[:at], *before[at + 3 :])):
            announced |= {notice.sentence} if _BEHIND_A_NOTICE.issuperset(behind) else set()
    return announced


def _ends_as_question(text: str, spans: Sequence[tuple[int, int]], part: SpokenSentence) -> bool:
    return "?" in text[spans[part.end - 1][1] :].partition(" ")[0]


def _asks(words: Sequence[str], place: CuePlace, cues: SpokenCues) -> bool:
    """Whether somebody only asks: what is answered says whether anybody objects."""
    return asked_by(words[place.start : place.end], cues) in (Asks.AGREEMENT, Asks.OBJECTIONS)


def _is_offer(words: Sequence[str], start: int, place: CuePlace) -> bool:
    """Whether only others are spoken of: "if you don't want to be recorded, turn your camera off"."""
    if any(_is_command(words[index - 1 : place.end]) for index in range(max(1, place.start), place.end)):
        return False
    for index in range(max(start, place.start - _OFFERED_WITHIN - 2), place.end - 1):
        offered = _OTHERS if words[index] == "if" else _DO_NOT if words[index] in _WHOEVER else frozenset()
        if words[index + 1] in offered:
            return _FIRST_PERSON.isdisjoint(words[index : place.end])
    return False


def _is_command(words: Sequence[str]) -> bool:
    """Whether the second word asks to stop the recording, however politely: "if you don't mind, please stop recording".

    "To" before it tells what others may want.
    """
    before, word, *behind = words if len(words) > 1 else ("", "")
    return word in _COMMANDS and before != "to" and not _COMMANDED.isdisjoint(behind[:_COMMANDED_WITHIN])


def _against_this_recording(words: list[str], parts: list[SpokenSentence], cues: SpokenCues) -> Iterator[CuePlace]:
    """Where a sentence speaks of this recording and, within a few words, with reluctance."""
    reluctant = list(find_cues(cues.reluctance, words, parts)) if cues.of_this_recording else []
    for topic in find_cues(cues.of_this_recording, words, parts):
        near = (sign for sign in reluctant if _speaks_against(sign, topic, words, parts))
        if (sign := next(near, None)) is not None:
            yield CuePlace(min(sign.start, topic.start), max(sign.end, topic.end), topic.sentence)


def _speaks_against(sign: CuePlace, topic: CuePlace, words: Sequence[str], parts: Sequence[SpokenSentence]) -> bool:
    """Whether a sign of reluctance is near, and not of whom it is recorded for: "for those who couldn't join"."""
    if sign.sentence != topic.sentence or _apart(sign, topic) > _NEAR_WORDS:
        return False
    start, end = parts[topic.sentence]
    between = words[topic.start : sign.start]
    is_for_others = any(word == "for" and after in _ABSENT for word, after in pairwise(between))
    return not (is_for_others and _I.isdisjoint(words[start:end]))


def _apart(one: CuePlace, other: CuePlace) -> int:
    """How many words lie between two places, 0 where they overlap."""
    return max(0, one.start - other.end, other.start - one.end)


def _characters(spans: list[tuple[int, int]], place: CuePlace) -> tuple[int, int]:
    return spans[place.start][0], spans[place.end - 1][1]
