"""Finds known names and written identifiers in what was read in the picture, with the tolerance that reading needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from pipeline.detect.locate.words_and_text import Finder, finding
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match
from pipeline.lexicon import is_common, words_of
from pipeline.lexicon.surface_forms import surface_forms
from pipeline.records import Context, DetectionRule, Finding, OcrLine, OcrResult, OcrWord, PicturePlace, Region

LABEL = "PICTURE"
# What readers of pictures take for one another.
_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("|", "l"), ("5", "s"), ("8", "b"))
_LEAST_LETTERS, _LONG = 3, 6
_INSIDE = 0.9
_MARGIN = 0.35
_JOIN_S = 0.01


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One spelling to look for: its letters as readers may see them, and the words it has."""

    key: str
    words: int
    entity: str
    tolerance: int


@dataclass(frozen=True, slots=True)
class _OcrMatch:
    """Half-open range of a line's words that stand for an entity, and how sure that is."""

    first: int
    last: int
    entity: str
    score: float


def picture_findings(
    session_id: str, seen: OcrResult | None, context: Context, found: Iterable[Finding], find: Finder
) -> Iterator[Finding]:
    """The findings in the picture: listed names and terms, what was found elsewhere, and written identifiers.

    Each names an entity of its own, ``picture:…``, so that it is decided apart from the same name in the sound.
    """
    if seen is None:
        return
    wanted = tuple(_wanted(context, found))
    known: dict[tuple[str, ...], list[_OcrMatch]] = {}
    matches = []
    for line in seen.lines:
        texts = tuple(word.text for word in line.words)
        if texts not in known:
            known[texts] = [*_by_spelling(texts, wanted), *_by_rule(texts, find)]
        matches += [_match(line, read) for read in known[texts]]
    for match, place in _joined(matches):
        yield finding(session_id, match, place)


def _wanted(context: Context, found: Iterable[Finding]) -> Iterator[_Wanted]:
    """What is listed, but for what could as well be an ordinary word, and what was found in sound, chat or captions."""
    listed = {one.text: one.entity for one in reversed(surface_forms(context)) if not one.ordinary}
    for one in found:
        if not any(is_common(word) for word in words_of(one.text)):
            listed.setdefault(one.text, one.entity)
    for text, entity in listed.items():
        key = _alike("".join(words_of(text)))
        if len(key) >= _LEAST_LETTERS:
            tolerance = 0 if len(key) < _LONG else 1 if len(key) < 2 * _LONG else 2
            yield _Wanted(key, len(words_of(text)), entity, tolerance)


def _by_spelling(texts: Sequence[str], wanted: Sequence[_Wanted]) -> Iterator[_OcrMatch]:
    tokens = [(_alike(token), index) for index, text in enumerate(texts) for token in words_of(text)]
    for one in wanted:
        for first in range(len(tokens)):
            run = ""
            for key, index in tokens[first : first + one.words + 2]:
                run += key
                score = _score(run, one)
                if score:
                    yield _OcrMatch(tokens[first][1], index + 1, one.entity, score)
                    break


def _by_rule(texts: Sequence[str], find: Finder) -> Iterator[_OcrMatch]:
    joined = OffsetMap(texts)
    for match in find(joined.text):
        if match.rule.spec.on_ocr:
            touched = [part.piece for part in joined.parts(match.start_char, match.end_char)]
            yield _OcrMatch(touched[0], touched[-1] + 1, match.entity, match.score)


def _score(key: str, one: _Wanted) -> float:
    """How sure it is that these letters are that spelling, 0 where they are not."""
    if len(one.key) >= _LONG and one.key in key:
        return 1.0 if key == one.key else _INSIDE
    if abs(len(key) - len(one.key)) > one.tolerance:
        return 0.0
    distance = Levenshtein.distance(key, one.key, score_cutoff=one.tolerance)
    return 0.0 if distance > one.tolerance else 1.0 - distance / len(one.key)


def _match(line: OcrLine, read: _OcrMatch) -> tuple[Match, PicturePlace]:
    words = line.words[read.first : read.last]
    sure = read.score * (0.5 + 0.5 * min(word.confidence for word in words))
    text = " ".join(word.text for word in words)
    match = Match(
        0, len(text), LABEL, text, f"picture:{read.entity}", DetectionRule.TEXT_IN_PICTURE, round(max(0.3, sure), 3)
    )
    return match, PicturePlace(region=_around(words), start_s=line.start_s, end_s=line.end_s)


def _around(words: Sequence[OcrWord]) -> Region:
    """The box of the words, wider on every side by a share of their height, as boxes are drawn tight."""
    left, right = min(word.region.left for word in words), max(word.region.right for word in words)
    top, bottom = min(word.region.top for word in words), max(word.region.bottom for word in words)
    margin = _MARGIN * (bottom - top)
    return Region(
        left=round(max(0.0, left - margin), 4),
        top=round(max(0.0, top - margin), 4),
        right=round(min(1.0, right + margin), 4),
        bottom=round(min(1.0, bottom + margin), 4),
    )


def _joined(matches: Iterable[tuple[Match, PicturePlace]]) -> Iterator[tuple[Match, PicturePlace]]:
    """Hits of one entity that overlap in the picture and follow one another in time, as one."""
    kept: list[tuple[Match, PicturePlace]] = []
    open_from: dict[str, list[int]] = {}
    for match, place in matches:
        for index in open_from.setdefault(match.entity, []):
            before, there = kept[index]
            if place.start_s <= there.end_s + _JOIN_S and _overlap(place.region, there.region):
                surer = before if before.score >= match.score else match
                kept[index] = (replace(surer, entity=match.entity), _both(place, there))
                break
        else:
            open_from[match.entity].append(len(kept))
            kept.append((match, place))
    yield from kept


def _overlap(one: Region, other: Region) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _both(one: PicturePlace, other: PicturePlace) -> PicturePlace:
    region = Region(
        left=min(one.region.left, other.region.left),
        top=min(one.region.top, other.region.top),
        right=max(one.region.right, other.region.right),
        bottom=max(one.region.bottom, other.region.bottom),
    )
    return PicturePlace(region=region, start_s=min(one.start_s, other.start_s), end_s=max(one.end_s, other.end_s))


def _alike(key: str) -> str:
    for seen, meant in _ALIKE:
        key = key.replace(seen, meant)
    return key
