"""Finds known names, companies and listed terms as they are spelt, split or joined ("north wind" / "northwind")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.patterns import places
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.surface_forms import LABELS, SurfaceForm, entity_of
from pipeline.records import DetectionRule, Pattern, Term

_MAX_WORDS = 7  # of a name in a run: "Anna Lena van der Berg" has five, a company with its legal form as many
_LISTED_SCORE = 0.99
_ORDINARY = 0.8  # of an ordinary word's score, which sorts it behind the names: of 30 such companies all were right
# What is said before a name and nothing else, and what also stands before other words.
_STRONG_CUES = word_set("hi hello hey thanks thank im mr mrs ms miss dr")
_CUES = _STRONG_CUES | word_set("name is from with by")
_HUMP = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]")
_OF_TOOLS = ("ctl", "cli", "api", "sdk", "hub", "ops", "lib", "kit", "svc", "bot", "app", "db")
"""What the names of tools end with, behind the name of a product: no English word is a name and one of these."""
_OF_COMPANIES = frozenset({DetectionRule.TERM_LIST, DetectionRule.KNOWN_COMPANY})
_SAYS = word_set("said says mentioned asked asks thinks wants")
"""What only somebody does of whom a name was just said."""
_DOES = word_set("will has had would can could sends")
_TWO_LETTERS = 2  # of a company's initials, which are no name of anybody in small letters
_LEAST_IN_COMPOUND = 4
"""Letters of a name that is looked for within a word: shorter ones stand in words by chance."""


def exact_recognizer(forms: tuple[SurfaceForm, ...]) -> Recognizer:
    """Looks up every run of up to seven words, or of single letters, with the spaces left out."""
    index: dict[str, SurfaceForm] = {}
    for form in forms:
        index.setdefault(form.key, form)
    starts = {key[:1] for key in index}
    longest = max(map(len, index), default=0)

    def recognize(text: Text) -> list[Match]:
        matches = []
        for first, token in enumerate(text.tokens):
            if token.plain[:1] in starts:
                run = _longest_at(text, first, index.get, longest)
                if run is not None:
                    last, form = run
                    matches.append(_match(text, first, last, form))
        return matches + _in_compounds(text, index)

    return recognize


def _in_compounds(text: Text, index: Mapping[str, SurfaceForm]) -> list[Match]:
    """What stands in words that capitals part, as code writes names, or before what tools are called by.

    ``OrchardClient``, ``myOrchard``; ``orchardctl``, for companies and listed terms.
    """
    matches = list(_of_tools(text, index))
    if not (text.cased and _HUMP.search(text.raw)):
        return matches
    for token in text.tokens:
        parts = list(_PART.finditer(text.raw, token.start_char, token.end_char))
        for first, last in _runs(len(parts)):
            start_char, end_char = parts[first].start(), parts[last].end()
            name = text.raw[start_char:end_char]
            form = index.get(name.casefold())
            if form is not None and not form.ordinary and len(name) >= _LEAST_IN_COMPOUND:
                matches.append(Match(start_char, end_char, form.label, name, form.entity, form.rule, form.score))
    return matches


def _of_tools(text: Text, index: Mapping[str, SurfaceForm]) -> Iterator[Match]:
    """Names of companies and listed terms in the names of tools that are made of them, in small letters."""
    for number, token in enumerate(text.tokens):
        if token.plain.endswith(_OF_TOOLS):
            name = next(token.plain.removesuffix(end) for end in _OF_TOOLS if token.plain.endswith(end))
            form = index.get(name)
            if (
                form is not None
                and form.rule in _OF_COMPANIES
                and not form.ordinary
                and len(name) >= _LEAST_IN_COMPOUND
            ):
                yield _match(text, number, number, form)


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """The first and last part of each run within a word of so many parts; the whole word is found anyway."""
    for first in range(count):
        for last in range(first, min(count - (first == 0), first + _MAX_WORDS)):
            yield first, last


def literal_recognizer(terms: tuple[Term, ...]) -> Recognizer:
    """For listed terms that are mostly signs (``C++``), which have no words to compare."""
    patterns = [
        (re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE), term)
        for term in terms
        for text in (term.text, *term.aliases)
        if len("".join(words_of(text))) < 2 and text.strip()
    ]

    def recognize(text: Text) -> list[Match]:
        return [
            Match(
                *occurrence.span(),
                LABELS.get(term.kind, "TERM"),
                occurrence.group(),
                entity_of("term", term.text) + "~" + term.text.casefold(),
                DetectionRule.TERM_LIST,
                _LISTED_SCORE,
            )
            for pattern, term in patterns
            for occurrence in pattern.finditer(text.raw)
        ]

    return recognize


def pattern_recognizer(patterns: tuple[Pattern, ...]) -> Recognizer:
    """For the patterns of term lists; raises ``ConfigurationError`` when one takes too long on a text."""

    def recognize(text: Text) -> list[Match]:
        return [
            Match(
                start_char,
                end_char,
                LABELS.get(pattern.kind, "TERM"),
                text.raw[start_char:end_char],
                f"pattern:{text.raw[start_char:end_char].casefold()}",
                DetectionRule.TERM_PATTERN,
                _LISTED_SCORE,
            )
            for pattern in patterns
            for start_char, end_char in places(pattern.text, text.raw, pattern.where)
        ]

    return recognize


def _longest_at(
    text: Text, first: int, lookup: Callable[[str], SurfaceForm | None], longest: int
) -> tuple[int, SurfaceForm] | None:
    """The last word and the form of the longest run that begins with a word and is one."""
    key, best = "", None
    letters = True
    for last in range(first, len(text.tokens)):
        word = text.tokens[last].plain
        letters = letters and len(word) == 1
        key += word
        if len(key) > longest or (last - first >= _MAX_WORDS and not letters):
            break
        form = lookup(key)
        if form is not None and _stands_for(form, text, first, last):
            best = last, form
    return best


def _stands_for(form: SurfaceForm, text: Text, first: int, last: int) -> bool:
    """Whether these words are the form: an ordinary one as a name alone, a pet form without words that bind others.

    "and I" is not Andi, "the w" no end of Matthew.
    """
    if form.rule is DetectionRule.NICKNAME and first < last:
        return not any(token.plain in FUNCTION_WORDS for token in text.tokens[first : last + 1])
    if not form.ordinary:
        return True
    if form.label == "PERSON" and len(form.words) == len(form.key):
        return _are_initials(text, first, last)
    if text.cased and _is_two_initials(form):
        return _are_initials(text, first, last)
    is_somebody = form.label == "PERSON" and _behind(text, last) in _SAYS
    return is_somebody or _evident(text, first, last) or (form.label == "PERSON" and _opens(text, first, last))


def _is_two_initials(form: SurfaceForm) -> bool:
    """Whether a form is the two initials of a company, not a name that is so short: On, Go."""
    begins_name = "".join(form.entity.partition(":")[2].split()).startswith(form.key)
    return form.label == "COMPANY" and len(form.key) == _TWO_LETTERS and form.text.isupper() and not begins_name


def _opens(text: Text, first: int, last: int) -> bool:
    """Whether a person who is called by an ordinary word is what a sentence begins with: "Bill will send it"."""
    return text.cased and text.raw[text.tokens[first].start_char].isupper() and _behind(text, last) in _DOES


def _are_initials(text: Text, first: int, last: int) -> bool:
    """Whether somebody's initials stand here for the name: as capitals among small letters, or greeted."""
    letters = text.raw[text.tokens[first].start_char : text.tokens[last].end_char]
    cue = text.tokens[first - 1].plain if first else ""
    if text.cased:
        return letters.isupper() and not text.raw.isupper()
    return cue in _STRONG_CUES or _behind(text, last) in _SAYS


def _behind(text: Text, last: int) -> str:
    """The plain word behind a token; empty at the end."""
    return text.tokens[last + 1].plain if last + 1 < len(text.tokens) else ""


def _evident(text: Text, first: int, last: int) -> bool:
    """Whether an ordinary word stands here as a name: by its capital, its letters said one by one, or its place."""
    start_char, end_char = text.tokens[first].start_char, text.tokens[last].end_char
    cue = text.tokens[first - 1].plain if first else ""
    if text.cased:
        before, after = text.raw[:start_char].rstrip(), text.raw[end_char : end_char + 1]
        is_title = first != last and text.raw[text.tokens[last].start_char].isupper()  # "First Data" opens a sentence
        inside = is_title or (bool(before) and before[-1] not in '.!?:"“')
        return text.raw[start_char].isupper() and (inside or after in (",", "'", "’") or cue in _STRONG_CUES)
    if first != last or cue in _STRONG_CUES:
        return True
    return cue in _CUES and text.tokens[first].plain not in FUNCTION_WORDS


def _match(text: Text, first: int, last: int, form: SurfaceForm) -> Match:
    score = form.score * (_ORDINARY if form.ordinary else 1.0)
    return text.match(first, last, label=form.label, entity=form.entity, rule=form.rule, score=round(score, 3))
