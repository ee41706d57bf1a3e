"""Words that are no English and that their recogniser was not sure of: what it wrote where it heard a name.

"Temetip" for Temitope, "graphide" for Gruffydd: like no name that is known, and in no place that gives a name away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache

from pipeline.detect.locate.words_and_text import make_finding, sound_places, words_found
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import FUNCTION_WORDS, is_english, words_of
from pipeline.lexicon.coined import is_coined
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.unlisted_cues import cue_words
from pipeline.records import Context, DetectionRule, Finding, Transcript, Word

# Chosen on written sets and 149 s of read speech. What leaks of sets a, b, d and i falls from 24, 101, 167 and 153 s/h
# to 9, 39, 115 and 105, other talk loses 10 to 19 s/h more there, and 40 in the read speech, all of them names. Below
# 0.7 leak 1 to 14 s/h more, from 0.75 on the read speech loses 73 s/h; with 0.7 beside, a and b lose 5 and 13.
SEED_PROBABILITY = 0.7
BESIDE_PROBABILITY = 0.5
# A name has no "a" before it, and no "the" where it ends as a plural does: "a waitery", "the manches" (benches). In ten
# written sets none of the 26 names that are found so has; two of them lose 8 and 9 s/h less of other talk, one 3.
_SURE_PROBABILITY = 0.85
_INDEFINITE, _DEFINITE = (("a",), ("an",)), ("the",)
_OF_PEOPLE_BEFORE = word_set("hi hello hey dear thanks thank im am name names called meet met ask asked introduce")
_WITH_OTHERS = ("and i", "and me", "and myself", "and us", "and my", "and you")
_BESIDE_S = 0.3  # a judgement: a name is said without a pause
_MARKS = ".,;:!?"
_MOST_BESIDE = 2  # words on either side
_MOST_LETTERS_OF_A_BIT = 3
_SCORE = 0.4


def doubtful_word_findings(
    session_id: str, transcript: Transcript, context: Context, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """A finding for each such word that none of the ``findings`` has, with the unsure words right beside it."""
    words = transcript.words
    taken = words_found(findings)
    allowed = {word for text in context.allow for word in words_of(text)}
    by_track: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        by_track[word.track_id].append(index)
    for indices in by_track.values():
        for first, last in _runs(words, indices, taken, allowed):
            run = indices[first : last + 1]
            text = " ".join(words[index].text for index in run)
            match = _match(text)
            for place in sound_places(words, run):
                yield make_finding(session_id, match, place)


def _match(text: str) -> Match:
    entity = f"name:~{' '.join(words_of(text))}"
    return Match(0, len(text), "OTHER", text, entity, DetectionRule.DOUBTFUL_WORD, _SCORE)


def _runs(
    words: Sequence[Word], indices: Sequence[int], taken: Collection[int], allowed: Collection[str]
) -> Iterator[tuple[int, int]]:
    """The first and last place in ``indices`` of each doubtful word with what is unsure beside it, none twice."""
    until = -1
    for place, index in enumerate(indices):
        if place <= until or index in taken or not _is_doubtful(words[index], allowed):
            continue
        first = last = place
        while first > until + 1 and place - first < _MOST_BESIDE and _go_together(words, indices, first - 1, taken):
            first -= 1
        while last + 1 < len(indices) and last - place < _MOST_BESIDE and _go_together(words, indices, last, taken):
            last += 1
        if not _is_common_noun(words, indices, first, last):
            yield first, last
        until = last


def _go_together(words: Sequence[Word], indices: Sequence[int], place: int, taken: Collection[int]) -> bool:
    """Whether the words at ``place`` and the next are said without a pause, in one sentence, and both are unsure."""
    before, behind = words[indices[place]], words[indices[place + 1]]
    is_one = not before.ends_sentence and behind.start_s - before.end_s <= _BESIDE_S
    are_unsure = before.probability < BESIDE_PROBABILITY and behind.probability < BESIDE_PROBABILITY
    return is_one and are_unsure and indices[place] not in taken and indices[place + 1] not in taken


def _is_common_noun(words: Sequence[Word], indices: Sequence[int], first: int, last: int) -> bool:
    """Whether an article that no name has was surely heard right before a run, and behind it no noun that it names.

    Not in the company of words that people are greeted with or that they do: "a" is the first syllable of many names as
    well ("thanks, a debayo", "a debayo from Lagos", "a debayo and I"), and not with a capital: "the Okaphors".
    """
    run = [words[index].text for index in indices[first : last + 1]]
    if first == 0 or any(char.isdigit() or char.isupper() for text in run for char in text):
        return False
    article, end = words[indices[first - 1]], words[indices[last]]
    heard, is_plural = words_of(article.text), end.text.rstrip(_MARKS).endswith("s")
    is_after = heard in _INDEFINITE or (heard == _DEFINITE and is_plural)
    is_sure = article.probability >= _SURE_PROBABILITY and not article.ends_sentence
    if not (is_after and is_sure) or words[indices[first]].start_s - article.end_s > _BESIDE_S:
        return False
    following = words[indices[last + 1]] if last + 1 < len(indices) else None
    if first > 1 and not _OF_PEOPLE_BEFORE.isdisjoint(words_of(words[indices[first - 2]].text)):
        return False
    if following is not None and not _of_people_behind().isdisjoint(words_of(following.text)):
        return False
    if " ".join(words[index].text for index in indices[last + 1 : last + 3]).lower().startswith(_WITH_OTHERS):
        return False
    is_end = end.ends_sentence or following is None or following.start_s - end.end_s > _BESIDE_S
    return is_end or (following is not None and FUNCTION_WORDS.issuperset(words_of(following.text)))


@cache
def _of_people_behind() -> frozenset[str]:
    return cue_words("people", "does") | word_set("from here speaking says joined")


def _is_doubtful(word: Word, allowed: Collection[str]) -> bool:
    return word.probability < SEED_PROBABILITY and any(
        _is_strange(part) and part not in allowed for part in words_of(word.text)
    )


def _is_strange(word: str) -> bool:
    """Whether a plain word is no English, or a few letters or a letter and figures that are no word: "Thi", "H1"."""
    if len(word) > _MOST_LETTERS_OF_A_BIT:
        return is_coined(word)
    return len(word) > 1 and not word.isdigit() and not is_english(word)
