"""Finds sentences that speak against the recording in words that no phrase has, by the sentence model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from pipeline.detect.sentence_model import Examples, SentenceModel
from pipeline.lexicon.cues import CuePlace, SpokenSentence
from pipeline.lexicon.plain import word_set
from pipeline.records import SpokenCues

MODEL = SentenceModel(
    name="objections",
    examples_of=lambda cues: Examples(cues.objection_examples, cues.no_objection_examples),
    # Without these, what is like an objection to anything else holds a session every two hours (23 sentences in 568,000
    # words, 6 with them).
    gate=word_set(
        """record recorded recorder recording recordings tape taped taping film filmed filming video videos videotaped
        camera cameras youtube internet online publish published publishing quoted anonymous consent consented
        participation"""
    ),
    # By ten-fold cross-validation over 191 objections and 212 sentences about products that record and the like, 0.2
    # finds 79 % and takes 9 % of the others for one.
    least=0.2,
    # 0.3 to 3 differ by two in a hundred. A Gaussian kernel finds 3 % more by cross-validation, and loses sentences of
    # real talk that hold a session today.
    penalty=1.0,
)
_LONGEST, _STEP = 20, 10  # words encoded together: a turn without points is no sentence
# "You've been recording the whole time? That's not okay.": what objects need not name what it objects to. Of 60 pairs
# of an own set 18 are found so, most of them by phrases too, and of 58 pairs of talk about products none.
_BEHIND = 12
"""Words, at most, of a sentence that is read together with the one before it, a judgement."""


def objection_places(
    raw: str, spans: Sequence[tuple[int, int]], words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues
) -> Iterator[CuePlace]:
    """The sentences that are like objections to the recording, of a text with words at these characters.

    None where the sentence model is not on this machine, and none without examples of both kinds.
    """
    places = (
        CuePlace(start, min(start + _LONGEST, part.end), number)
        for number, part in enumerate(parts)
        for start in range(part.start, max(part.start + 1, part.end - _STEP), _STEP)
    )
    pairs = (
        CuePlace(before.start, part.end, number)
        for number, (before, part) in enumerate(pairwise(parts), 1)
        if part.end - before.start <= _LONGEST and part.end - part.start <= _BEHIND
    )
    written = ((place, raw[spans[place.start][0] : spans[place.end - 1][1]]) for place in chain(places, pairs))
    return MODEL.alike(written, words, cues)
