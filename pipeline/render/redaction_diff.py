"""What a rendition hides, in spans, ids and marks, and what another would show of it: pure arithmetic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline import spans
from pipeline.lexicon.counted import counted
from pipeline.records import ApprovedPlan, Region
from pipeline.render.terms import normal
from pipeline.spans import SpanIndex

EDGE_S = 0.05
"""A window may become so much narrower at an end: the times of words are not known any better."""

# Shares of a picture are rounded to 4 digits, and boxes of the same writing differ by a pixel or two of 720.
SLACK = 0.005
WHOLE = (0.0, 0.0, 1.0, 1.0)
Span = tuple[str, float, float]
Box = tuple[float, float, float, float]
Seconds = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionScope:
    """What one plan takes out: no text, term or name is in it.

    ``windows`` are of a track or, with an empty id, of all; ``gone`` likewise of participants; ``terms`` are keyed
    digests; ``texts`` are spans of chat lines; ``covers`` None says that there is no picture.
    """

    tracks: tuple[str, ...]
    windows: tuple[Span, ...] = ()
    removed: tuple[str, ...] = ()
    gone: tuple[Span, ...] = ()
    terms: tuple[str, ...] = ()
    texts: tuple[tuple[int, int, int], ...] = ()
    covers: tuple[tuple[float, float, Box], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewlyExposed:
    """What one rendition shows and another hides."""

    windows: tuple[Span, ...] = ()
    tracks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    gone: tuple[Span, ...] = ()
    terms: tuple[str, ...] = ()
    texts: tuple[tuple[int, int, int], ...] = ()
    covers: int = 0

    def __bool__(self) -> bool:
        return self != NewlyExposed()

    def __str__(self) -> str:
        """Counts, and where the first window begins."""
        first = f" (from {min(start_s for _, start_s, _ in self.windows):.1f} s)" if self.windows else ""
        kinds = (
            (len({(start_s, end_s) for _, start_s, end_s in self.windows}), f"window{first}", f"windows{first}"),
            (len(self.tracks), "track", "tracks"),
            (len(self.people), "person", "people"),
            (len(self.gone), "span of a person", "spans of people"),
            (len(self.terms), "term", "terms"),
            (len(self.texts), "place in the chat", "places in the chat"),
            (self.covers, "part of the picture", "parts of the picture"),
        )
        return ", ".join(counted(*kind) for kind in kinds if kind[0]) or "nothing"


def scope_of(plan: ApprovedPlan, marked: Callable[[str], str]) -> RedactionScope:
    """What a plan hides; ``marked`` gives the keyed digest of a term."""
    covers = None
    if plan.picture is not None:
        covers = tuple(
            (round(cover.start_s, 3), round(cover.end_s, 3), _box(cover.region)) for cover in plan.picture.all_covers
        )
    return RedactionScope(
        tracks=tuple(sorted(plan.keep_tracks)),
        windows=_named((window.track_id, window.start_s, window.end_s) for window in plan.windows),
        removed=tuple(sorted(plan.removed)),
        gone=_named((part.participant_id, part.start_s, part.end_s) for part in plan.removed_intervals),
        terms=tuple(sorted({marked(normal(term.text)) for term in plan.terms})),
        texts=tuple(
            sorted(
                (edit.place.index, edit.place.start_char, edit.place.end_char)
                for edit in plan.text_edits
                if edit.place.surface == "chat"
            )
        ),
        covers=covers,
    )


def newly_exposed(before: RedactionScope, after: RedactionScope) -> NewlyExposed:
    """What ``after`` shows although ``before`` hides it; a track that is not kept hides all that is on it."""
    windows = [
        (track, *rest)
        for track in after.tracks
        if track in before.tracks
        for rest in _left(_of(before.windows, track), _of(after.windows, track))
    ]
    gone = [
        (person, *rest)
        for person in dict.fromkeys(name for name, _, _ in before.gone)
        if person not in after.removed
        for rest in _left(_of(before.gone, person), _of(after.gone, person))
    ]
    return NewlyExposed(
        windows=tuple(windows),
        tracks=tuple(track for track in after.tracks if track not in before.tracks),
        people=tuple(person for person in before.removed if person not in after.removed),
        gone=tuple(gone),
        terms=tuple(sorted(set(before.terms) - set(after.terms))),
        texts=_texts(before.texts, after.texts),
        covers=_uncovered(before, after),
    )


def _texts(
    before: Iterable[tuple[int, int, int]], after: Iterable[tuple[int, int, int]]
) -> tuple[tuple[int, int, int], ...]:
    """The places in chat lines that no edit of the same line holds any more."""
    edits: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for line, start, end in after:
        edits[line].append((start, end))
    return tuple(
        (line, start, end)
        for line, start, end in before
        if not any(first <= start and end <= last for first, last in edits[line])
    )


def _uncovered(before: RedactionScope, after: RedactionScope) -> int:
    if after.covers is None:
        return 0
    if before.covers is None:
        return 1
    index = SpanIndex(after.covers, lambda cover: cover[:2])
    count = 0
    for start_s, end_s, box in before.covers:
        over = [cover[:2] for cover in index.overlapping(start_s, end_s) if _holds(cover[2], box)]
        count += bool(_left([(start_s, end_s)], over))
    return count


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + SLACK
        and outer[1] <= inner[1] + SLACK
        and outer[2] >= inner[2] - SLACK
        and outer[3] >= inner[3] - SLACK
    )


def _box(region: Region | None) -> Box:
    if region is None:
        return WHOLE
    return round(region.left, 4), round(region.top, 4), round(region.right, 4), round(region.bottom, 4)


def _named(rows: Iterable[tuple[str | None, float, float]]) -> tuple[Span, ...]:
    return tuple(sorted((name or "", round(start_s, 3), round(end_s, 3)) for name, start_s, end_s in rows))


def _of(rows: Iterable[Span], name: str) -> list[Seconds]:
    """The spans of one name and those of all."""
    return [(start_s, end_s) for owner, start_s, end_s in rows if owner in ("", name)]


def _left(before: Iterable[Seconds], after: Iterable[Seconds]) -> list[Seconds]:
    """What of the first spans the second ones leave, but for edges."""
    return [rest for rest in spans.subtract(before, after) if rest[1] - rest[0] > EDGE_S]
