"""Where the terms are that the proof of a rendition heard or read again: in the sound, in the words and in the chat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.detect.locate.acoustic_hits import WordIndex
from pipeline.detect.locate.words_and_text import make_finding, sound_places, turns
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import words_of
from pipeline.records import (
    DetectionRule,
    Finding,
    HeardAgain,
    KeywordHit,
    ReadTerm,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
    entity_of_heard,
)

LABEL = "HEARD_AGAIN"
_NO_WORDS = (0, 0)
_READ_SCORE = 0.9  # it is spelt like the term, or sounds the same and is spelt much alike; a judgement
_INSIDE = 6  # letters, from which the proof finds a term within a longer word
_TOKEN = re.compile(r"[^\W_]+")


def heard_again_findings(session: Session, transcript: Transcript, again: HeardAgain) -> tuple[Finding, ...]:
    """The findings of all that was heard or read again; each term at each place has an entity of its own.

    What was heard may be on any track, under any words there. What was read is found wherever its words stand in the
    transcript or the chat; what stands in neither has no place, and no finding.
    """
    findings = [*_heard(session, transcript, again.heard), *_read(session, transcript, again.read)]
    return tuple({finding.finding_id: finding for finding in findings}.values())


def _heard(session: Session, transcript: Transcript, hits: Sequence[KeywordHit]) -> Iterator[Finding]:
    beneath = WordIndex(transcript.words)
    for number, hit in enumerate(hits):
        first = next(earlier for earlier in hits[: number + 1] if _is_same_place(earlier, hit))
        match = _match(hit.term, hit.term, f"{first.start_s:.2f} s", hit.score)
        ranges = [
            (track.track_id, words)
            for track in session.tracks
            for words in beneath.ranges(track.track_id, hit.start_s, hit.end_s)
        ]
        for track_id, words in [each for each in ranges if each[1] != _NO_WORDS] or ranges:
            place = SoundPlace(
                track_id=track_id,
                start_s=hit.start_s,
                end_s=hit.end_s,
                time_uncertainty_s=hit.time_uncertainty_s,
                words=words,
            )
            yield make_finding(session.session_id, match, place)


def _is_same_place(earlier: KeywordHit, hit: KeywordHit) -> bool:
    """Whether a hit is the same as an earlier one, or what of it was left: then one decision is about both."""
    is_overlapping = earlier.start_s < hit.end_s and hit.start_s < earlier.end_s
    return earlier is hit or (is_overlapping and earlier.term.casefold() == hit.term.casefold())


def _read(session: Session, transcript: Transcript, read: Sequence[ReadTerm]) -> Iterator[Finding]:
    wanted = {"".join(words_of(each.text)): each for each in read}
    session_id = session.session_id
    for turn in turns(transcript.words) if wanted else ():
        joined = OffsetMap([transcript.words[index].text for index in turn])
        for term, start_char, end_char in _runs(joined.text, wanted):
            touched = [turn[part.piece] for part in joined.parts(start_char, end_char)]
            at = f"{transcript.words[touched[0]].start_s:.2f} s"
            match = _match(term, joined.text[start_char:end_char], at, _READ_SCORE)
            for place in sound_places(transcript.words, touched):
                yield make_finding(session_id, match, place)
    for index, line in enumerate(session.chat if wanted else ()):
        for term, start_char, end_char in _runs(line.text, wanted):
            match = _match(term, line.text[start_char:end_char], f"chat {index}.{start_char}", _READ_SCORE)
            written = TextPlace(surface="chat", index=index, start_char=start_char, end_char=end_char)
            yield make_finding(session_id, match, written)


def _runs(text: str, wanted: dict[str, ReadTerm]) -> Iterator[tuple[str, int, int]]:
    """The term, start and end of every run of whole words that is one of those wanted, or a word that holds one."""
    tokens = [(match.start(), match.end(), "".join(words_of(match.group()))) for match in _TOKEN.finditer(text)]
    longest = max(map(len, wanted), default=0)
    long = {key: each for key, each in wanted.items() if len(key) >= _INSIDE}
    for first, (start_char, _, word) in enumerate(tokens):
        yield from ((each.term, start_char, tokens[first][1]) for key, each in long.items() if key in word != key)
        joined = ""
        for _, end_char, letters in tokens[first:]:
            joined += letters
            if len(joined) > longest:
                break
            if joined in wanted:
                yield wanted[joined].term, start_char, end_char


def _match(term: str, text: str, place: str, score: float) -> Match:
    score = round(min(1.0, max(0.0, score)), 3)
    return Match(0, len(text), LABEL, text, entity_of_heard(term, place), DetectionRule.HEARD_AGAIN, score)
