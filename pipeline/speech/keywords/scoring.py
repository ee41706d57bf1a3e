"""The second look at what a search of the sound found: by score, by the words heard there, and by the neighbourhood.

Numbers from the sample sessions: names of seven phones and more were never heard by chance at these scores; shorter
ones are mistaken for ordinary words ("Helen" in "hello"), which the recogniser, knowing the name too, hears surely.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.lexicon import words_of
from pipeline.speech.audio_types import HeardWord, Span

# Of 104 hits on the sample sessions one in twenty began 0.08 s too late or ended 0.05 s too early, one in a hundred
# 0.12 s.
DOUBT_S = 0.12
SHORT = 6
LOOSER = 12.0
_SURE_SCORE = 25.0
_FIRM_SCORE = 15.0
_SURE_WORD = 0.85
_BESIDE_S = 0.3
# A recogniser that was told a name hears most of what the search is right about itself. On six made voices this takes
# false hits from 66 an hour to 22 to 44 with Whisper; on 149 s of real read speech with 60 names from
# 5 to 3 with Whisper and from 11 to 4 with sphinx.
NAME_TOLD = 8.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase perhaps heard: its text, how many phones, on the track's clock, and the score."""

    text: str
    phones: int
    span: Span
    score: float


def least_score(phones: int) -> float:
    """The score from which a hit is believed, by the length of its phrase."""
    return max(-8.0, 12.0 - 2.0 * phones)


def strict_score(phones: int) -> float:
    """The score from which a hit in a finished rendition is a leak: what stays below it was taken out on suspicion."""
    return max(10.0, 38.0 - 2.0 * phones - 6.0 * max(0, phones - SHORT))


def certainty(candidate: Candidate) -> float:
    """How sure a hit is, 0 to 1: a half where it is just believed, one where listening again would call it a leak."""
    least, strict = least_score(candidate.phones), strict_score(candidate.phones)
    return min(1.0, max(0.0, 0.5 + 0.5 * (candidate.score - least) / (strict - least)))


def accepted(
    candidates: Sequence[Candidate],
    words: Sequence[HeardWord],
    relatives: dict[str, frozenset[str]],
    *,
    told: frozenset[str] = frozenset(),
) -> list[Candidate]:
    """The candidates worth taking out; those of one text that overlap are one, as wide as all of them.

    ``relatives`` are, for each text, the other parts of the same name: next to one of them a lower score is enough.
    ``told`` are the names that a recogniser knew when it heard ``words``: a hit of them alone needs a better score.
    """
    sure = [
        candidate
        for candidate in candidates
        if candidate.score >= least_score(candidate.phones) + (NAME_TOLD if candidate.text in told else 0.0)
        and not _contradicted(candidate, _under(candidate.span, words))
    ]
    adjacent = [
        candidate
        for candidate in candidates
        if candidate.score >= least_score(candidate.phones) - LOOSER
        and _is_beside(candidate, relatives.get(candidate.text, frozenset()), words, sure)
    ]
    return _united([*sure, *adjacent])


def placed(candidate: Candidate, words: Sequence[HeardWord]) -> tuple[Span, float]:
    """Where a hit really is, and how far off that may be, given the words that were heard there.

    A hit that begins and ends where words do, as near as hits are right, is where both are; where the words say the
    very same, it is where they are.
    """
    span = candidate.span
    under = _under(span, words)
    if under:
        spoken = Span(min(word.span.start_s for word in under), max(word.span.end_s for word in under))
        time_uncertainty_s = max(word.time_uncertainty_s for word in under)
        apart_s = max(abs(spoken.start_s - span.start_s), abs(spoken.end_s - span.end_s))
        if apart_s <= DOUBT_S and time_uncertainty_s < DOUBT_S:
            if words_of(" ".join(word.text for word in under)) == words_of(candidate.text):
                return spoken, time_uncertainty_s
            both = Span(min(spoken.start_s, span.start_s), max(spoken.end_s, span.end_s))
            return both, time_uncertainty_s
    return span, DOUBT_S


def _contradicted(candidate: Candidate, words: Sequence[HeardWord]) -> bool:
    """Whether a short phrase of no great score lies on words that the recogniser is sure of."""
    return (
        candidate.phones <= SHORT
        and candidate.score < _SURE_SCORE
        and bool(words)
        and all(word.probability >= _SURE_WORD and word.text.casefold() != candidate.text.casefold() for word in words)
    )


def _under(span: Span, words: Sequence[HeardWord]) -> list[HeardWord]:
    """The words that share a good part of a span."""
    return [word for word in words if word.span.overlap_s(span) > 0.3 * min(word.span.length_s, span.length_s)]


def _is_beside(
    candidate: Candidate, parts: frozenset[str], words: Sequence[HeardWord], sure: Sequence[Candidate]
) -> bool:
    known = [word.span for word in words if word.text.casefold() in parts]
    known += [other.span for other in sure if other.score >= _FIRM_SCORE and other.text.casefold() in parts]
    return any(_gap_s(candidate.span, span) <= _BESIDE_S for span in known)


def _gap_s(span: Span, other: Span) -> float:
    return max(span.start_s, other.start_s) - min(span.end_s, other.end_s)


def _united(candidates: Iterable[Candidate]) -> list[Candidate]:
    out: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda candidate: (candidate.text, candidate.span)):
        last = out[-1] if out else None
        if last and last.text == candidate.text and last.span.overlap_s(candidate.span) > 0:
            span = Span(last.span.start_s, max(last.span.end_s, candidate.span.end_s))
            out[-1] = Candidate(
                candidate.text, max(last.phones, candidate.phones), span, max(last.score, candidate.score)
            )
        else:
            out.append(candidate)
    return sorted(out, key=lambda candidate: (candidate.span, candidate.text))
