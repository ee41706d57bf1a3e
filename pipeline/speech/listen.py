"""Listening again: searches a rendered file for the terms that should be gone from it, for render's proof."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import media
from pipeline.records import HeardTerm
from pipeline.speech.heard import RATE
from pipeline.speech.judge import DOUBT_S, Candidate, certainty, strict_score
from pipeline.speech.pieces import pieces
from pipeline.speech.pronounce import bundled
from pipeline.speech.spot import Spotter
from pipeline.speech.vad import VoiceActivity
from pipeline.speech.vocabulary import Known


def listen(path: Path, terms: Sequence[str]) -> list[HeardTerm] | None:
    """Where any of the terms is still heard in any sound of the file; ``track_id`` is the number of its audio stream.

    A hit needs a better score than in the first search, so that what that one took out on suspicion does not come
    back as a leak elsewhere. Terms with fewer than four phones, as "Lee", are left out by rule: they are heard in any
    talk. None if the file has no sound to listen to; raises ``InputRefused`` if it cannot be read.
    """
    streams = range(len(media.probe(path).audio))
    spotter = Spotter([Known(term) for term in terms], bundled())
    heard = [(str(number), one) for number in streams for one in _leaks(path, number, spotter)]
    return [_term(number, one) for number, one in heard] if streams else None


def _leaks(path: Path, number: int, spotter: Spotter) -> list[Candidate]:
    if spotter.nothing:
        return []
    blocks = media.decode(path, stream=number, rate=RATE, channels=1)
    return [
        one
        for piece in pieces(blocks, voice=VoiceActivity())
        for one in spotter.candidates(piece)
        if one.score >= strict_score(one.phones)
    ]


def _term(number: str, one: Candidate) -> HeardTerm:
    span = one.span
    return HeardTerm(
        term=one.text,
        track_id=number,
        start_s=span.start_s,
        end_s=span.end_s,
        doubt_s=DOUBT_S,
        score=certainty(one),
    )
