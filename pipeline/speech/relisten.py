"""Listening again, for render's proof: searches a rendered file for the terms that should be gone from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline import media
from pipeline.records import KeywordHit
from pipeline.settings import SpeechSettings
from pipeline.spans import intersect, overlapping, times
from pipeline.speech.audio_types import RATE, Samples, Span
from pipeline.speech.chunking import chunks, pieces
from pipeline.speech.keywords.scoring import DOUBT_S, Candidate, certainty, strict_score
from pipeline.speech.keywords.second_pass import SecondPass, neighbourhoods
from pipeline.speech.keywords.spotter import Spotter
from pipeline.speech.pronunciation.pronounce import bundled
from pipeline.speech.vad import VoiceActivity
from pipeline.speech.vocabulary import Keyword

Seconds = tuple[float, float]


def relisten(
    path: Path,
    terms: Sequence[str],
    near: Sequence[Seconds] = (),
    *,
    settings: SpeechSettings,
    within: Sequence[Seconds] | None = None,
) -> list[KeywordHit] | None:
    """Where any of the terms is still heard in any sound of the file; ``track_id`` is the number of its audio stream.

    All of it is searched for the terms; what lies beside the spans ``near`` is also recognised again, see
    ``keywords.second_pass``. With ``within`` only these spans are listened to, in order and apart.

    A hit needs a better score than in the first search, so that what that one took out on suspicion does not come
    back as a leak elsewhere. Terms with fewer than four phones, as "Lee", are left out by rule: they are heard in any
    talk. None if the file has no sound to listen to; raises ``InputRefused`` if it cannot be read.
    """
    probe, known = media.probe(path), [Keyword(term) for term in terms]
    spotter, second_pass = Spotter(known, bundled()), SecondPass(known, bundled(), settings)
    windows = [span for span in near if within is None or overlapping(within, *span)]
    nearby = neighbourhoods([Span(*span) for span in windows], probe.duration_s)
    if within is not None:
        nearby = [Span(*part) for part in intersect(times(nearby), within)]
    heard: list[KeywordHit] = []
    for number in range(len(probe.audio)):
        candidates = [] if spotter.nothing else list(_leaks(path, number, spotter, within))
        candidates += second_pass.search(path, number, nearby)
        heard += [_hit(number, candidate) for candidate in candidates]
    return heard if probe.audio else None


def _leaks(path: Path, number: int, spotter: Spotter, within: Sequence[Seconds] | None) -> Iterator[Candidate]:
    for start_s, blocks in _parts(path, number, within):
        for chunk in chunks(blocks, voice=VoiceActivity()):
            for candidate in spotter.candidates(chunk):
                if candidate.score >= strict_score(candidate.phones):
                    yield replace(candidate, span=candidate.span.shifted(start_s))


def _parts(path: Path, number: int, within: Sequence[Seconds] | None) -> Iterator[tuple[float, Iterable[Samples]]]:
    """Where each part that is listened to begins, and its sound; the file is read once, however many there are."""
    if within is None:
        yield 0.0, media.decode(path, stream=number, rate=RATE, channels=1)
    elif within:
        blocks = media.decode(path, stream=number, rate=RATE, channels=1, end_s=within[-1][1])
        for span, samples in pieces(blocks, [Span(*part) for part in within]):
            yield span.start_s, [samples]


def _hit(number: int, candidate: Candidate) -> KeywordHit:
    return KeywordHit(
        term=candidate.text,
        track_id=str(number),
        start_s=candidate.span.start_s,
        end_s=candidate.span.end_s,
        time_uncertainty_s=DOUBT_S,
        score=certainty(candidate),
    )
