"""Listening again: searches a rendered file for the terms that should be gone from it, for render's proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline import media
from pipeline.records import HeardTerm
from pipeline.speech.heard import RATE
from pipeline.speech.judge import DOUBT_S, strict_score
from pipeline.speech.pieces import pieces
from pipeline.speech.pronounce import bundled
from pipeline.speech.spot import Spotter
from pipeline.speech.vad import VoiceActivity
from pipeline.speech.vocabulary import Known

# E-mails, hosts, links and numbers are said in too many ways to be listened for; the search of the texts covers them.
_NOT_SAID_AS_WRITTEN = re.compile(r"[@/\\_:]|\w\.\w|\d")


def listen(path: Path, terms: Sequence[str]) -> list[HeardTerm] | None:
    """Where any of the terms is still heard in any sound of the file; ``track_id`` is the number of its audio stream.

    A hit needs a better score than in the first search, so that what that one took out on suspicion does not come
    back as a leak elsewhere. None if no term can be listened for: the file is then unchecked. Raises ``InputRefused``.
    """
    spotter = Spotter([Known(term) for term in searchable(terms)], bundled())
    if terms and spotter.nothing:
        return None
    return [
        HeardTerm(
            term=heard.text,
            track_id=str(number),
            start_s=heard.span.start_s,
            end_s=heard.span.end_s,
            doubt_s=DOUBT_S,
            score=heard.score,
        )
        for number, _ in enumerate(media.probe(path).audio)
        for piece in pieces(media.decode(path, stream=number, rate=RATE, channels=1), voice=VoiceActivity())
        for heard in spotter.candidates(piece)
        if heard.score >= strict_score(heard.phones)
    ]


def searchable(terms: Sequence[str]) -> list[str]:
    """The terms that are said as they are written."""
    return [term for term in terms if not _NOT_SAID_AS_WRITTEN.search(term)]
