"""The second pass over a session: names that the model is sure of are looked for everywhere else.

A person introduced as "tomasz wilk from vantrexa" may later be thanked as "tomash", in no place that gives a name away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.detect.engine import DEFAULTS, NOTHING_TOLD, find_each
from pipeline.detect.gazetteer.exact import exact_recognizer
from pipeline.detect.gazetteer.frequency import frequent_forms
from pipeline.detect.gazetteer.in_context import context_recognizer
from pipeline.detect.gazetteer.phonetic import Thresholds, phonetic_recognizer
from pipeline.detect.scoring.overlaps import resolve_overlaps
from pipeline.detect.text.tokens import Match, Recognizer, Text, read
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common, is_english, surface_forms, words_of
from pipeline.lexicon.cues import sentences
from pipeline.lexicon.plain import word_set
from pipeline.records import Context, DetectionRule
from pipeline.settings import DetectSettings

_SCORE = 0.4  # 21 of 41 right; below what the model says of a name by itself
_SURE = 0.75
_MIN_LETTERS = 4
_LIMITS = Thresholds(rare=0.86, mixed=0.9, common=0.98, cued=0.04)
_CALENDAR = word_set(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday christmas easter"""
)
"""Days and months have capitals and are no names: "before June" makes no secret of June elsewhere."""
_MODELS = (DetectionRule.NAME_MODEL, DetectionRule.SECOND_NAME_MODEL)
_OWN_RULE = (DetectionRule.HEARD_OFTEN, DetectionRule.PLACE_OF_A_NAME, DetectionRule.NAMED_AS_SECRET)


def find_in_session(
    texts: Sequence[str],
    context: Context,
    *,
    notes: Sequence[str] = (),
    statements: Sequence[tuple[Text, Match]] = (),
    told_open: Mapping[str, frozenset[int]] = NOTHING_TOLD,
    settings: DetectSettings = DEFAULTS,
) -> list[list[Match]]:
    """The matches in each text of one session, those of the second pass included.

    ``notes`` are what else was written about it, and ``statements`` what is said to be secret over several texts: the
    names in both are looked for in the texts. ``told_open`` is as in ``find_each``.
    """
    tokenized = [read(text) for text in texts]
    first = find_each(texts, context, settings=settings, told_open=told_open)
    written = [match for of_note in find_each(notes, context, settings=settings) for match in of_note]
    within = zip(tokenized, first, strict=True)
    said = [
        (text, match) for text, matches in within for match in matches if match.rule is DetectionRule.SAID_TO_BE_SECRET
    ]
    recognizers = _recognizers(first, tokenized, context, written, [*said, *statements])
    return [_with_second(text, matches, recognizers, context) for text, matches in zip(tokenized, first, strict=True)]


def _with_second(
    text: Text, matches: list[Match], recognizers: tuple[Recognizer, ...], context: Context
) -> list[Match]:
    second = [_of_second_pass(match) for recognize in recognizers for match in recognize(text)]
    return resolve_overlaps([*matches, *second], text, context) if second else matches


def _of_second_pass(match: Match) -> Match:
    return match if match.rule in _OWN_RULE else replace(match, rule=DetectionRule.FOUND_AGAIN, score=_SCORE)


def _recognizers(
    first: list[list[Match]],
    texts: list[Text],
    context: Context,
    written: list[Match],
    statements: Sequence[tuple[Text, Match]],
) -> tuple[Recognizer, ...]:
    """For what is said too often, and for guessed names that are distinctive enough to be known by sound."""
    matches = [match for of_text in first for match in of_text]
    heard = _distinctive(match for match in matches if match.score >= _SURE and match.label == "PERSON")
    guessed = tuple({form.text: form for form in (*heard, *_distinctive(written, foreign=True))}.values())
    frequent = tuple(frequent_forms(texts, surface_forms(context), matches))
    anywhere = tuple(form for form in frequent if not form.ordinary)
    in_place = tuple(form for form in frequent if form.ordinary)
    recognizers = [exact_recognizer(guessed), phonetic_recognizer(guessed, _LIMITS)] if guessed else []
    recognizers += [exact_recognizer(secret)] if (secret := _named_as_secret(statements)) else []
    recognizers += [exact_recognizer(anywhere)] if anywhere else []
    recognizers += [context_recognizer(in_place, least=1.0)] if in_place else []  # as it was heard before, exactly
    return tuple(recognizers)


def _named_as_secret(statements: Sequence[tuple[Text, Match]]) -> tuple[SurfaceForm, ...]:
    """The names in what was said to be secret, as secret wherever they are said; an English word only as a name."""
    named = {
        words
        for text, statement in statements
        for words in _named_in(text, statement)
        if not all(word.isdigit() or word in _CALENDAR for word in words)
    }
    rule = DetectionRule.NAMED_AS_SECRET
    return tuple(
        SurfaceForm(name, f"product:~{name}", "PRODUCT", rule, _SCORE, ordinary=all(map(is_english, words)))
        for words in sorted(named)
        for name in (" ".join(words),)
    )


def _distinctive(matches: Iterable[Match], *, foreign: bool = False) -> tuple[SurfaceForm, ...]:
    """The rare words of what a name model takes for a name; with ``foreign`` those that are in no English dictionary.

    In notes a name is written as it is, so that of any kind and at any certainty it is worth looking for; what the
    model takes for one that is an English word would be found in much that was said.
    """
    forms: dict[str, SurfaceForm] = {}
    for match in matches:
        if match.rule in _MODELS:
            words = words_of(match.text)
            rare = [word for word in words if _is_rare(word) and not (foreign and is_english(word))]
            # "Vantrexa introduced" is one to a model that takes the verb along.
            entity = match.entity if len(rare) == len(words) or not foreign else _renamed(match.entity, rare)
            for word in rare:
                form = SurfaceForm(word, entity, match.label, DetectionRule.FOUND_AGAIN, _SCORE)
                forms.setdefault(word, form)
    return tuple(forms.values())


def _is_rare(word: str) -> bool:
    return len(word) >= _MIN_LETTERS and word not in FUNCTION_WORDS and not is_common(word)


def _renamed(entity: str, words: Sequence[str]) -> str:
    return f"{entity.partition(':')[0]}:~{' '.join(words)}"


def _named_in(text: Text, statement: Match) -> list[tuple[str, ...]]:
    """The names within a statement that only their capitals tell: runs of words with one inside a sentence, plain."""
    if not text.cased:
        return []
    parts = sentences(text.raw, [(token.start_char, token.end_char) for token in text.tokens])
    firsts = {part.start for part in parts}
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    for index, token in enumerate(text.tokens):
        inside = statement.start_char <= token.start_char and token.end_char <= statement.end_char
        is_name = text.raw[token.start_char].isupper() and token.plain not in FUNCTION_WORDS and index not in firsts
        if inside and is_name:
            run.append(token.plain)
            continue
        if run:
            runs.append(tuple(run))
        run = []
    return [*runs, tuple(run)] if run else runs
