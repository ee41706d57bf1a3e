"""Listening again, for render's proof: searches a rendered file for the terms that should be gone from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import media
from pipeline.records import KeywordHit
from pipeline.speech.audio_types import RATE, Span
from pipeline.speech.chunking import chunks
from pipeline.speech.keywords.scoring import DOUBT_S, Candidate, certainty, strict_score
from pipeline.speech.keywords.second_pass import SecondPass, neighbourhoods
from pipeline.speech.keywords.spotter import Spotter
from pipeline.speech.pronunciation.pronounce import bundled
from pipeline.speech.vad import VoiceActivity
from pipeline.speech.vocabulary import Keyword


def listen(path: Path, terms: Sequence[str], near: Sequence[tuple[float, float]] = ()) -> list[KeywordHit] | None:
    """Where any of the terms is still heard in any sound of the file; ``track_id`` is the number of its audio stream.

    All of it is searched for the terms; what lies beside the spans ``near`` is also recognised again, see ``again``.

    A hit needs a better score than in the first search, so that what that one took out on suspicion does not come
    back as a leak elsewhere. Terms with fewer than four phones, as "Lee", are left out by rule: they are heard in any
    talk. None if the file has no sound to listen to; raises ``InputRefused`` if it cannot be read.
    """
    probe, known = media.probe(path), [Keyword(term) for term in terms]
    streams = range(len(probe.audio))
    spotter, nearby = Spotter(known, bundled()), SecondPass(known, bundled())
    beside = neighbourhoods([Span(*span) for span in near], probe.duration_s)
    heard = [(str(number), one) for number in streams for one in _leaks(path, number, spotter)]
    heard += [(str(number), one) for number in streams for one in nearby.search(path, number, beside)]
    return [_term(number, one) for number, one in heard] if streams else None


def _leaks(path: Path, number: int, spotter: Spotter) -> list[Candidate]:
    if spotter.nothing:
        return []
    blocks = media.decode(path, stream=number, rate=RATE, channels=1)
    return [
        one
        for chunk in chunks(blocks, voice=VoiceActivity())
        for one in spotter.candidates(chunk)
        if one.score >= strict_score(one.phones)
    ]


def _term(number: str, one: Candidate) -> KeywordHit:
    span = one.span
    return KeywordHit(
        term=one.text,
        track_id=number,
        start_s=span.start_s,
        end_s=span.end_s,
        time_uncertainty_s=DOUBT_S,
        score=certainty(one),
    )
