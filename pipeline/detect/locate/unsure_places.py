"""Names that no list holds, heard as ordinary words where only a name can stand: "your partner bright mood cloud, but".

The words say nothing by themselves. But their recogniser was sure of none of them, and they stand behind who or what
somebody is, before what somebody did, or before the last word of a company.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from pipeline.detect.locate.words_and_text import make_finding, sound_places, words_found
from pipeline.detect.ner.relations import name_cues
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import FUNCTION_WORDS, is_common, is_english, words_of
from pipeline.lexicon.coined import TECHNOLOGIES, is_coined
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.unlisted_cues import cue_words
from pipeline.records import Context, DetectionRule, Finding, Transcript, Word

# From 0.4 to 0.6 for the word that its recogniser doubts and from 0.6 to 0.8 for those beside it, the places below give
# 17 to 19 s/h of names that no list holds for 1 to 2 s/h of other talk, in nine written sets, whichever is left out.
SEED_PROBABILITY = 0.5
LOW_PROBABILITY = 0.7
# The others are judgements that these sets were not asked about one by one.
CAPITAL_PROBABILITY = 0.9
_SOLID = 0.9  # two such words in a row are no part of a misheard name
_GUESSED = 0.2
_MOST_WORDS = 4
_ADDRESS_PROBABILITY = 0.8
_FEWEST_LETTERS = 3
_ORDINARY = 2000
_PAUSE_S = 0.5
_SCORE = 0.4
_LEADING = word_set("is its to at under on from for and")  # an address begins behind these
_BEFORE_NAMES = word_set("from at with by to for of than like")
_DETERMINERS = word_set("the a an our my your his her its their this that these those other all some any no")
_ADDRESSES = frozenset(["EMAIL", "HOST", "URL"])
_LAST_WORDS = cue_words("companies", "last_words")
_DOES, _NEVER_BEFORE, _JOINS, _TITLES, _CALENDAR = (
    cue_words("people", key) for key in ("does", "never_before_it", "joins", "titles", "calendar")
)


class _Said(NamedTuple):
    """A word of one track: which of the transcript, its plain words, and whether it ends a sentence or a breath."""

    number: int
    word: Word
    plain: tuple[str, ...]
    ends: bool
    is_found: bool
    is_allowed: bool
    is_address: bool

    @property
    def is_low(self) -> bool:
        return not self.is_found and not self.is_allowed and self.word.probability < LOW_PROBABILITY

    @property
    def is_seed(self) -> bool:
        return self.is_low and self.word.probability < SEED_PROBABILITY

    @property
    def binds(self) -> bool:
        return FUNCTION_WORDS.issuperset(self.plain)

    @property
    def is_surely_talk(self) -> bool:
        return self.binds and self.word.probability >= _GUESSED


Run = tuple[int, int]


def unsure_place_findings(
    session_id: str, transcript: Transcript, context: Context, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """A finding for each run of unsure words in the place of a name that none of the ``findings`` has whole."""
    findings = list(findings)
    allowed = {word for text in context.allow for word in words_of(text)}
    addresses = words_found(finding for finding in findings if finding.label in _ADDRESSES)
    for said in _tracks(transcript.words, words_found(findings), addresses, allowed):
        taken: set[int] = set()
        for label, (first, last) in _runs(said):
            run = [each.number for each in said[first : last + 1] if not each.is_found and each.number not in taken]
            taken.update(run)
            if run:
                match = _match(" ".join(transcript.words[index].text for index in run), label)
                for place in sound_places(transcript.words, run):
                    yield make_finding(session_id, match, place)


def _match(text: str, label: str) -> Match:
    entity = f"name:~{' '.join(words_of(text))}"
    return Match(0, len(text), label, text, entity, DetectionRule.DOUBTFUL_WORD, _SCORE)


def _tracks(
    words: Sequence[Word], found: Collection[int], addresses: Collection[int], allowed: AbstractSet[str]
) -> Iterator[list[_Said]]:
    by_track: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        by_track[word.track_id].append(index)
    for indices in by_track.values():
        track = []
        for index, behind in zip(indices, [*indices[1:], None], strict=True):
            word, plain = words[index], words_of(words[index].text)
            ends = word.ends_sentence or behind is None or words[behind].start_s - word.end_s > _PAUSE_S
            is_allowed = not (allowed | TECHNOLOGIES).isdisjoint(plain)
            track.append(_Said(index, word, plain, ends, index in found, is_allowed, index in addresses))
        yield track


def _runs(said: Sequence[_Said]) -> Iterator[tuple[str, Run]]:
    for label, first in name_cues([(each.plain, each.ends) for each in said]):
        if run := _behind_cue(said, first):
            yield label, run
    for at, each in enumerate(said):
        if not _DOES.isdisjoint(each.plain[:1]) and (run := _before_deed(said, at) or _between_name_and_deed(said, at)):
            yield "PERSON", run
        if not _LAST_WORDS.isdisjoint(each.plain) and (run := _before_last_word(said, at)):
            yield "COMPANY", run
        if each.is_address and (run := _before_address(said, at)):
            yield "EMAIL", run
        if at and not _BEFORE_NAMES.isdisjoint(said[at - 1].plain) and _is_unsure_pair(said, at):
            yield "OTHER", (at, at + 1)
        if _is_doubtful_capital(said, at) or _is_between_names(said, at):
            yield "OTHER", (at, at)


def _behind_cue(said: Sequence[_Said], first: int) -> Run | None:
    """The words from a cue up to the last unsure one, or to a name that was found soon behind it."""
    last, has_seed, solid = None, False, 0
    for at in range(first, min(first + _MOST_WORDS, len(said))):
        each = said[at]
        if not _DOES.isdisjoint(each.plain):
            break
        if each.is_low or each.is_found or not _LAST_WORDS.isdisjoint(each.plain):
            has_seed |= each.is_seed and not each.binds
            last, solid = at, 0
        else:
            solid += 1
        if each.ends or solid > 1:
            break
    if last is None:
        return None
    if said[last].is_found and (ahead := _ahead_of_found(said, first, last)):
        return ahead
    while last >= first and (said[last].is_found or said[last].binds):
        last -= 1
    has_content = any(not each.binds and not each.is_found for each in said[first : last + 1])
    return (first, last) if has_seed and has_content else None


def _ahead_of_found(said: Sequence[_Said], first: int, last: int) -> Run | None:
    """The words between a cue and a name that was found behind them, where the recogniser was sure of neither."""
    while first < last and not _LEADING.isdisjoint(said[first].plain):
        first += 1
    ahead = [each for each in said[first:last] if not each.is_found]
    name = next(each for each in said[first:] if each.is_found)
    is_doubtful = name.word.probability < SEED_PROBABILITY or any(each.is_seed for each in ahead)
    is_unsure = bool(ahead) and all(each.word.probability < _SOLID and not _parts(each) for each in ahead)
    return (first, last) if is_doubtful and is_unsure else None


def _before_deed(said: Sequence[_Said], at: int) -> Run | None:
    """The unsure words between the start of a clause and what somebody did: "new and wrote", "knows the found"."""
    first = at
    while (
        first and at - first < _MOST_WORDS and not _parts(said[first - 1]) and said[first - 1].word.probability < _SOLID
    ):
        first -= 1
    run = said[first:at]
    if not any(each.is_seed for each in run) or all(each.binds for each in run):
        return None
    begins = not first or _parts(said[first - 1]) or not _JOINS.isdisjoint(said[first - 1].plain)
    begins = begins and said[at].word.probability < LOW_PROBABILITY
    is_odd = not _NEVER_BEFORE.isdisjoint(run[-1].plain)
    return (first, at - 1) if begins or is_odd else None


def _between_name_and_deed(said: Sequence[_Said], at: int) -> Run | None:
    """One or two words between a name that was found and what its owner unsurely did: "Lorcan would be does that"."""
    if said[at].word.probability >= LOW_PROBABILITY:
        return None
    for first in (at - 1, at - 2):
        if first < 1 or said[first].ends or said[first].is_found or said[first].word.text.endswith(","):
            return None
        if said[first - 1].is_found:
            return None if said[first - 1].ends else (first, at - 1)
    return None


def _before_address(said: Sequence[_Said], at: int) -> Run | None:
    """The unsure words right before an address: whose it is, misheard ("a count-set Pettifer not example")."""
    first = at
    while first and at - first < _MOST_WORDS and not said[first - 1].ends and not said[first - 1].is_found:
        is_strange = first < at and any(map(is_coined, said[first - 1].plain))
        if said[first - 1].word.probability >= _ADDRESS_PROBABILITY and not is_strange:
            break
        first -= 1
    while first < at and not _LEADING.isdisjoint(said[first].plain):
        first += 1
    return (first, at - 1) if any(each.is_seed for each in said[first:at]) else None


def _is_unsure_pair(said: Sequence[_Said], at: int) -> bool:
    """Whether two words that bind nothing, and of which the recogniser was not sure, go on: "to copper line"."""
    return (
        not _parts(said[at])
        and all(each.is_seed and not each.binds for each in said[at : at + 2])
        and at + 1 < len(said)
    )


def _is_between_names(said: Sequence[_Said], at: int) -> bool:
    """Whether an unsure word stands between two that were found as names: "Rosalind actor Berg"."""
    if not 0 < at < len(said) - 1 or not said[at].is_low or said[at].binds or not _DOES.isdisjoint(said[at].plain):
        return False
    goes_on = not said[at - 1].ends and not said[at].ends and not said[at - 1].word.text.endswith(",")
    return goes_on and said[at - 1].is_found and said[at + 1].is_found


def _before_last_word(said: Sequence[_Said], at: int) -> Run | None:
    """The last word of a company with up to three unsure words before it, or behind the rest that was found."""
    if said[at].is_found or not at or said[at - 1].ends or said[at - 1].word.text.endswith(","):
        return None
    first = at
    if said[at - 1].is_found:
        is_rest = said[at].word.text[:1].isupper() or said[at - 1].word.probability < LOW_PROBABILITY
        return (at, at) if is_rest else None
    while first and at - first < _MOST_WORDS - 1 and not _parts(said[first - 1]):
        is_last = not _BEFORE_NAMES.isdisjoint(said[first - 1].plain)
        if is_last or (said[first - 1].word.probability >= _SOLID and not _is_doubted(said, first - 2)):
            break
        first -= 1
    if first and not _parts(said[first - 1]) and (first == 1 or said[first - 2].ends):
        first -= 1  # the first word of a sentence, of which the name is the subject
    run = said[first:at]
    if _is_behind_preposition(said, first, at):
        return first, at
    begins = not first or said[first - 1].ends
    has_seed = any(each.is_seed and (begins or not each.is_surely_talk) for each in run)
    has_seed = has_seed and not all(each.is_surely_talk for each in run)
    return (first, at) if has_seed else None


def _is_doubted(said: Sequence[_Said], at: int) -> bool:
    """Whether a word is unsure, or leads to a name."""
    return at >= 0 and (said[at].is_low or not _BEFORE_NAMES.isdisjoint(said[at].plain))


def _is_behind_preposition(said: Sequence[_Said], first: int, at: int) -> bool:
    """Whether unsure words before the last word of a company stand right behind "from", "at" and the like."""
    run = said[first : at + 1]
    leads = first > 0 and len(run) > 1 and not _BEFORE_NAMES.isdisjoint(said[first - 1].plain)
    return leads and any(each.is_low for each in run) and all(_DETERMINERS.isdisjoint(each.plain) for each in run)


def _parts(before: _Said) -> bool:
    """Whether no name goes on behind a word: it ends a clause, or is of a name that was found."""
    return before.ends or before.is_found or before.word.text.endswith(",")


def _is_doubtful_capital(said: Sequence[_Said], at: int) -> bool:
    """Whether a word within a sentence has a capital that no English word has, and its recogniser was not sure of it.

    So is one that is English, where it is unsurer and behind a word that leads to a name, or has such a word behind it.
    """
    if not _has_capital(said, at):
        return False
    before = said[at - 1]
    leads = before.is_found or before.word.text.isupper() or not _BEFORE_NAMES.isdisjoint(before.plain)
    goes_on = _has_capital(said, at + 1) and _is_strange(said[at + 1])
    return _is_strange(said[at]) or goes_on or (said[at].is_seed and leads)


def _has_capital(said: Sequence[_Said], at: int) -> bool:
    """Whether an unsure word has a capital that neither its place nor a title gives it; nobody is "in" somebody."""
    if not 0 < at < len(said) or said[at - 1].ends or said[at - 1].plain == ("in",):
        return False
    each, core = said[at], said[at].word.text.strip(".,?!:;\"'")
    is_written = core[:1].isupper() and not core.isupper() and len(core) >= _FEWEST_LETTERS
    is_free = not each.is_found and not each.is_allowed and each.word.probability < CAPITAL_PROBABILITY
    return is_written and is_free and not any(map(_is_usual, each.plain))


def _is_strange(each: _Said) -> bool:
    return any(is_coined(word) or (len(word) <= _FEWEST_LETTERS and not is_english(word)) for word in each.plain)


def _is_usual(word: str) -> bool:
    return word in _TITLES | _CALENDAR | TECHNOLOGIES | FUNCTION_WORDS or word.isdigit() or is_common(word, _ORDINARY)
