"""What a text says: the cues in its sentences, judged by the classifier, and the best of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.embeddings import SentenceEncoder
from pipeline.tag.classifier import Classifier, CueCandidate
from pipeline.tag.colloquial_cues import COLLOQUIAL_CUES
from pipeline.tag.cues import Label, find_cues
from pipeline.tag.expectation_cues import EXPECTATION_CUES
from pipeline.tag.explicit_cues import EXPLICIT_CUES
from pipeline.tag.features import KINDS_OF_CONTENT, kinds_of
from pipeline.tag.other_cues import OTHER_CUES
from pipeline.tag.request_cues import REQUEST_CUES
from pipeline.tag.sentences import Sentence, split_sentences
from pipeline.tag.tokens import WordToken

CUES = (*EXPLICIT_CUES, *REQUEST_CUES, *EXPECTATION_CUES, *COLLOQUIAL_CUES, *OTHER_CUES)
_ORDER = list(Label)
_EITHER = {Label.REQUEST, Label.DISCOVERY}
_LEAST = 1e-9


class SentenceVerdict(NamedTuple):
    """What one sentence of a text is, how sure that is, and the cue that says so."""

    label: Label
    score: float
    reason: str
    sentence: Sentence
    cue_token: int = 0
    """The index of the cue's first word in the sentence."""


class _Place(NamedTuple):
    """A candidate with the number of the sentence that it is in."""

    number: int
    candidate: CueCandidate
    cue_token: int


def judge(texts: Sequence[str], *, classifier: Classifier, encoder: SentenceEncoder) -> list[list[SentenceVerdict]]:
    """For each text the verdict on each of its sentences, in order; ``none`` for those that say nothing of the kind."""
    split = [list(split_sentences(text)) for text in texts]
    places = [list(_candidates(sentences, classifier)) for sentences in split]
    odds = iter(
        classifier.log_odds([place.candidate for places_of_text in places for place in places_of_text], encoder)
    )
    verdicts = []
    for sentences, places_of_text in zip(split, places, strict=True):
        best: list[dict[Label, SentenceVerdict]] = [{} for _ in sentences]
        for number, candidate, cue_token in places_of_text:
            cue = candidate.match.cue
            score = classifier.calibration(cue.label, encoder).score(next(odds))
            if cue.label not in best[number] or score > best[number][cue.label].score:
                best[number][cue.label] = SentenceVerdict(cue.label, score, cue.reason, sentences[number], cue_token)
        verdicts.append(
            [
                _decided(sentence, by_label, classifier, encoder)
                for sentence, by_label in zip(sentences, best, strict=True)
            ]
        )
    return verdicts


def _candidates(sentences: Sequence[Sentence], classifier: Classifier) -> Iterator[_Place]:
    """The cues of every sentence; one that names nothing is read together with the sentence before it."""
    words_before = 0
    for index, sentence in enumerate(sentences):
        before: tuple[WordToken, ...] = ()
        if index and not names_something(sentence, classifier.words):
            before = sentences[index - 1].tokens
        for match in find_cues(sentence.tokens, CUES):
            shifted = match._replace(start=match.start + len(before), end=match.end + len(before))
            candidate = CueCandidate(before + sentence.tokens, shifted, words_before - len(before))
            yield _Place(index, candidate, match.start)
        words_before += len(sentence.tokens)


def names_something(sentence: Sentence, words: Mapping[str, str]) -> bool:
    """Whether a sentence has a word that names something: "I would love to have that" only points back."""
    return not KINDS_OF_CONTENT.isdisjoint(kinds_of(sentence.tokens, words))


def _decided(
    sentence: Sentence, by_label: dict[Label, SentenceVerdict], classifier: Classifier, encoder: SentenceEncoder
) -> SentenceVerdict:
    """The first label in the order of ``Label`` that reaches its threshold.

    But of a request and a discovery the one that reaches further beyond: both speak of what can be done.
    """
    margins = {
        label: _log_odds(verdict.score) - _log_odds(classifier.calibration(label, encoder).threshold)
        for label, verdict in by_label.items()
    }
    reached = [label for label in _ORDER if margins.get(label, -1.0) >= 0.0]
    if set(reached) >= _EITHER:
        return by_label[max(_EITHER, key=lambda label: margins[label])]
    if reached:
        return by_label[reached[0]]
    if Label.QUESTION in by_label and sentence.tokens[-1].text == "?":
        return by_label[Label.QUESTION]  # it is written as one: no classifier has to say so
    highest = max((verdict.score for verdict in by_label.values()), default=0.0)
    return SentenceVerdict(Label.NONE, 1.0 - highest, "", sentence)


def _log_odds(share: float) -> float:
    share = min(max(share, _LEAST), 1.0 - _LEAST)
    return math.log(share / (1.0 - share))


def foremost(verdicts: Sequence[SentenceVerdict]) -> SentenceVerdict:
    """The verdict that stands for a whole text: the first label in the order of ``Label``, then the highest score."""
    nothing = SentenceVerdict(Label.NONE, 1.0, "", Sentence(0, 0, ()))
    return min(verdicts, key=lambda verdict: (_ORDER.index(verdict.label), -verdict.score), default=nothing)
