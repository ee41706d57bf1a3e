"""What a text says: the cues in its sentences, judged by the classifier, and the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.embeddings import Encoder
from pipeline.tag.classifier import Candidate, Classifier
from pipeline.tag.cues import Label, find_cues
from pipeline.tag.other_cues import OTHER_CUES
from pipeline.tag.request_cues import REQUEST_CUES
from pipeline.tag.sentences import Sentence, split_sentences

CUES = (*REQUEST_CUES, *OTHER_CUES)
_ORDER = list(Label)


class Verdict(NamedTuple):
    """What one sentence of a text is, how sure that is, and the cue that says so."""

    label: Label
    score: float
    reason: str
    sentence: Sentence
    cue_token: int = 0
    """The index of the cue's first word in the sentence."""


def judge(texts: Sequence[str], *, classifier: Classifier, encoder: Encoder) -> list[list[Verdict]]:
    """For each text the verdict on each of its sentences, in order; ``none`` for those that say nothing of the kind."""
    split = [list(split_sentences(text)) for text in texts]
    candidates = [list(_candidates(sentences)) for sentences in split]
    flat = [candidate for found in candidates for candidate in found]
    odds = iter(classifier.log_odds(flat, encoder))
    verdicts = []
    for sentences, found in zip(split, candidates, strict=True):
        best: dict[int, dict[Label, Verdict]] = {}
        for candidate in found:
            label = candidate.match.cue.label
            score = classifier.calibration(label, encoder).score(next(odds))
            verdict = Verdict(label, score, candidate.match.cue.reason, candidate.sentence, candidate.match.start)
            by_label = best.setdefault(candidate.sentence.start_char, {})
            if label not in by_label or score > by_label[label].score:
                by_label[label] = verdict
        verdicts.append([_decided(one, best.get(one.start_char, {}), classifier, encoder) for one in sentences])
    return verdicts


def _candidates(sentences: Sequence[Sentence]) -> Iterator[Candidate]:
    words_before = 0
    for sentence in sentences:
        for match in find_cues(sentence.tokens, CUES):
            yield Candidate(sentence, match, words_before)
        words_before += len(sentence.tokens)


def _decided(sentence: Sentence, by_label: dict[Label, Verdict], classifier: Classifier, encoder: Encoder) -> Verdict:
    """The first label in the order of ``Label`` whose score reaches its threshold."""
    for label in _ORDER:
        verdict = by_label.get(label)
        if verdict and verdict.score >= classifier.calibration(label, encoder).threshold:
            return verdict
    highest = max((verdict.score for verdict in by_label.values()), default=0.0)
    return Verdict(Label.NONE, 1.0 - highest, "", sentence)


def foremost(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict that stands for a whole text: the first label in the order of ``Label``, then the highest score."""
    nothing = Verdict(Label.NONE, 1.0, "", Sentence(0, 0, ()))
    return min(verdicts, key=lambda verdict: (_ORDER.index(verdict.label), -verdict.score), default=nothing)
