"""Finds known names and written identifiers in text that OCR read in the picture, with the tolerance that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from pipeline.detect.locate.words_and_text import Finder, make_finding
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import is_common, words_of
from pipeline.lexicon.surface_forms import surface_forms
from pipeline.records import Context, DetectionRule, Finding, OcrLine, OcrResult, OcrWord, PicturePlace, Region

LABEL = "PICTURE"
# What OCR takes for one another.
_CONFUSED = (
    ("rn", "m"),
    ("vv", "w"),
    ("cl", "d"),
    ("0", "o"),
    ("1", "l"),
    ("i", "l"),
    ("|", "l"),
    ("5", "s"),
    ("8", "b"),
)
# Judgements, as no set of marked pictures is at hand: a form of three to five letters as it is, from six on with one
# letter wrong and also within a longer word, from twelve on with two.
_LEAST_LETTERS, _LONG = 3, 6
_INSIDE = 0.9  # the score of a form within a longer word
_LEAST_SCORE = 0.3  # of a match read with little confidence
_MARGIN = 0.35  # of the height of the words: OCR draws its boxes along the letters, without their edges
_MISREAD_MARGIN = 1.0  # the same at both ends of what was misread: a first or last letter that is not in the box
# So much of a form has to be seen where the edge of the picture cuts the rest off. Of 15,658 words of talk nine are
# so much of one of twenty names ("market" of Marketo), and are covered where they stand at the edge.
_CUT_LETTERS, _CUT_SHARE = 5, 0.6
_EDGE = 0.01  # of the width: a box is drawn along the letters, so that a cut one ends a few pixels from the edge
_JOIN_S = 0.01  # two looks at the picture follow one another to the millisecond


@dataclass(frozen=True, slots=True)
class _Target:
    """One form to look for: its letters as OCR may read them, and how many words it has."""

    key: str
    words: int
    entity: str
    tolerance: int


@dataclass(frozen=True, slots=True)
class _OcrMatch:
    """Half-open range of a line's words that stand for an entity, how sure that is, and whether a letter is wrong."""

    first: int
    last: int
    entity: str
    score: float
    is_misread: bool = False


def picture_findings(
    session_id: str, seen: OcrResult | None, context: Context, findings: Iterable[Finding], finder: Finder
) -> Iterator[Finding]:
    """The findings in the picture: listed names and terms, what was found elsewhere, and written identifiers.

    Each names an entity of its own, ``picture:…``, so that it is decided apart from the same name in the sound.
    """
    if seen is None:
        return
    targets = tuple(_targets(context, findings))
    cached: dict[tuple[str, ...], list[_OcrMatch]] = {}
    matches = []
    for line in seen.lines:
        texts = tuple(word.text for word in line.words)
        if texts not in cached:
            cached[texts] = [*_by_form(texts, targets), *_by_rule(texts, finder)]
        matches += [_match(line, read) for read in (*cached[texts], *_cut_off(line, targets))]
    for match, place in _joined(matches):
        yield make_finding(session_id, match, place)


def _targets(context: Context, findings: Iterable[Finding]) -> Iterator[_Target]:
    """What is listed, but for what could as well be an ordinary word, and what was found in sound, chat or captions."""
    listed = {form.text: form.entity for form in reversed(surface_forms(context)) if not form.ordinary}
    for finding in findings:
        if not any(is_common(word) for word in words_of(finding.text)):
            listed.setdefault(finding.text, finding.entity)
    for text, entity in listed.items():
        key = _confusable("".join(words_of(text)))
        if len(key) >= _LEAST_LETTERS:
            tolerance = 0 if len(key) < _LONG else 1 if len(key) < 2 * _LONG else 2
            yield _Target(key, len(words_of(text)), entity, tolerance)


def _by_form(texts: Sequence[str], targets: Sequence[_Target]) -> Iterator[_OcrMatch]:
    tokens = [(_confusable(token), index) for index, text in enumerate(texts) for token in words_of(text)]
    for target in targets:
        for first in range(len(tokens)):
            run = ""
            for key, index in tokens[first : first + target.words + 2]:
                run += key
                score = _score(run, target)
                if score:
                    yield _OcrMatch(tokens[first][1], index + 1, target.entity, score, target.key not in run)
                    break


def _cut_off(line: OcrLine, targets: Sequence[_Target]) -> Iterator[_OcrMatch]:
    """What the left or right edge of the picture cuts off: the end of a form there, or the beginning."""
    tokens = [(_confusable(token), n) for n, word in enumerate(line.words) for token in words_of(word.text)]
    if not tokens:
        return
    at_left = min(word.region.left for word in line.words) <= _EDGE
    at_right = max(word.region.right for word in line.words) >= 1.0 - _EDGE
    if not (at_left or at_right):
        return
    for target in targets:
        for count in range(1, min(target.words, len(tokens)) + 1):
            first, last = tokens[:count], tokens[-count:]
            if at_right and _begins(target.key, "".join(key for key, _ in last)):
                yield _OcrMatch(last[0][1], len(line.words), target.entity, _INSIDE, is_misread=True)
            if at_left and _begins(target.key[::-1], "".join(key for key, _ in first)[::-1]):
                yield _OcrMatch(0, first[-1][1] + 1, target.entity, _INSIDE, is_misread=True)


def _begins(key: str, seen: str) -> bool:
    """Whether enough of a form is seen and the rest is not; the letter that is cut may be read as two others."""
    return key not in seen and any(
        len(part) >= max(_CUT_LETTERS, _CUT_SHARE * len(key)) and len(part) < len(key) and key.startswith(part)
        for part in (seen, seen[:-1], seen[:-2])
    )


def _by_rule(texts: Sequence[str], finder: Finder) -> Iterator[_OcrMatch]:
    joined = OffsetMap(texts)
    for match in finder(joined.text):
        if match.rule.spec.on_ocr:
            touched = [part.piece for part in joined.parts(match.start_char, match.end_char)]
            yield _OcrMatch(touched[0], touched[-1] + 1, match.entity, match.score)


def _score(key: str, target: _Target) -> float:
    """How sure it is that these letters are that form, 0 where they are not."""
    if len(target.key) >= _LONG and target.key in key:
        return 1.0 if key == target.key else _INSIDE
    if abs(len(key) - len(target.key)) > target.tolerance:
        return 0.0
    distance = Levenshtein.distance(key, target.key, score_cutoff=target.tolerance)
    return 0.0 if distance > target.tolerance else 1.0 - distance / len(target.key)


def _match(line: OcrLine, read: _OcrMatch) -> tuple[Match, PicturePlace]:
    words = line.words[read.first : read.last]
    sure = read.score * (0.5 + 0.5 * min(word.confidence for word in words))
    text = " ".join(word.text for word in words)
    match = Match(
        0,
        len(text),
        LABEL,
        text,
        f"picture:{read.entity}",
        DetectionRule.TEXT_IN_PICTURE,
        round(max(_LEAST_SCORE, sure), 3),
    )
    region = _around(words, is_misread=read.is_misread)
    return match, PicturePlace(region=region, start_s=line.start_s, end_s=line.end_s)


def _around(words: Sequence[OcrWord], *, is_misread: bool) -> Region:
    """The box of the words, wider on every side by a share of their height, as boxes are drawn tight."""
    left, right = min(word.region.left for word in words), max(word.region.right for word in words)
    top, bottom = min(word.region.top for word in words), max(word.region.bottom for word in words)
    margin = _MARGIN * (bottom - top)
    side_margin = (_MISREAD_MARGIN if is_misread else _MARGIN) * (bottom - top)
    return Region(
        left=round(max(0.0, left - side_margin), 4),
        top=round(max(0.0, top - margin), 4),
        right=round(min(1.0, right + side_margin), 4),
        bottom=round(min(1.0, bottom + margin), 4),
    )


def _joined(matches: Iterable[tuple[Match, PicturePlace]]) -> Iterator[tuple[Match, PicturePlace]]:
    """Matches of one entity that overlap in the picture and follow one another in time, as one."""
    joined: list[tuple[Match, PicturePlace]] = []
    of_entity: dict[str, list[int]] = {}
    for match, place in matches:
        for index in of_entity.setdefault(match.entity, []):
            earlier, there = joined[index]
            if place.start_s <= there.end_s + _JOIN_S and place.region.intersection(there.region):
                surer = earlier if earlier.score >= match.score else match
                joined[index] = (replace(surer, entity=match.entity), _both(place, there))
                break
        else:
            of_entity[match.entity].append(len(joined))
            joined.append((match, place))
    yield from joined


def _both(a: PicturePlace, b: PicturePlace) -> PicturePlace:
    return PicturePlace(region=a.region.union(b.region), start_s=min(a.start_s, b.start_s), end_s=max(a.end_s, b.end_s))


def _confusable(key: str) -> str:
    """A key in which whatever OCR takes for one another is the same."""
    for read, written in _CONFUSED:
        key = key.replace(read, written)
    return key
