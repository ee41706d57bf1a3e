"""What a rendition hides, in spans, ids and marks, and what another would show of it: pure arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.records import ApprovedPlan
from pipeline.render.terms import normal

EDGE_S = 0.05
"""A window may become so much narrower at an end: the times of words are not known any better."""

WHOLE = (0.0, 0.0, 1.0, 1.0)
Span = tuple[str, float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
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
class Shown:
    """What one rendition shows and another hides."""

    windows: tuple[Span, ...] = ()
    tracks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    gone: tuple[Span, ...] = ()
    terms: tuple[str, ...] = ()
    texts: tuple[tuple[int, int, int], ...] = ()
    covers: int = 0

    def __bool__(self) -> bool:
        return self != Shown()

    def __str__(self) -> str:
        """Counts, and where the first window begins."""
        first = f" (from {min(start_s for _, start_s, _ in self.windows):.1f} s)" if self.windows else ""
        kinds = (
            (len({(start_s, end_s) for _, start_s, end_s in self.windows}), f"windows{first}"),
            (len(self.tracks), "tracks"),
            (len(self.people), "people"),
            (len(self.gone), "spans of people"),
            (len(self.terms), "terms"),
            (len(self.texts), "places in the chat"),
            (self.covers, "parts of the picture"),
        )
        return ", ".join(f"{count} {what}" for count, what in kinds if count) or "nothing"


def hidden_by(plan: ApprovedPlan, marked: Callable[[str], str]) -> Hidden:
    """What a plan hides; ``marked`` gives the keyed digest of a term."""
    covers = None
    if plan.picture is not None:
        covers = tuple(
            (round(one.start_s, 3), round(one.end_s, 3), _box(one.region) if one.region else WHOLE)
            for one in plan.picture.covers
        )
    return Hidden(
        tracks=tuple(sorted(plan.keep_tracks)),
        windows=_spans((one.track_id, one.start_s, one.end_s) for one in plan.windows),
        removed=tuple(sorted(plan.removed)),
        gone=_spans((one.participant_id, one.start_s, one.end_s) for one in plan.removed_intervals),
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


def shown_beyond(before: Hidden, after: Hidden) -> Shown:
    """What ``after`` shows although ``before`` hides it; a track that is not kept hides all that is on it."""
    windows = [
        (track, *rest)
        for track in after.tracks
        if track in before.tracks
        for rest in _left(_of(before.windows, track), _of(after.windows, track))
    ]
    gone = [
        (who, *rest)
        for who in dict.fromkeys(name for name, _, _ in before.gone)
        if who not in after.removed
        for rest in _left(_of(before.gone, who), _of(after.gone, who))
    ]
    texts = [
        edit
        for edit in before.texts
        if not any(edit[0] == one[0] and one[1] <= edit[1] and edit[2] <= one[2] for one in after.texts)
    ]
    return Shown(
        windows=tuple(windows),
        tracks=tuple(track for track in after.tracks if track not in before.tracks),
        people=tuple(who for who in before.removed if who not in after.removed),
        gone=tuple(gone),
        terms=tuple(sorted(set(before.terms) - set(after.terms))),
        texts=tuple(texts),
        covers=_uncovered(before, after),
    )


def _uncovered(before: Hidden, after: Hidden) -> int:
    if after.covers is None:
        return 0
    if before.covers is None:
        return 1
    count = 0
    for start_s, end_s, box in before.covers:
        over = [(one_s, other_s) for one_s, other_s, other in after.covers if _holds(other, box)]
        count += bool(_left([(start_s, end_s)], over))
    return count


def _holds(outer: Box, inner: Box) -> bool:
    slack = 0.005
    return (
        outer[0] <= inner[0] + slack
        and outer[1] <= inner[1] + slack
        and outer[2] >= inner[2] - slack
        and outer[3] >= inner[3] - slack
    )


def _box(region: object) -> Box:
    left, top, right, bottom = (round(float(getattr(region, side)), 4) for side in ("left", "top", "right", "bottom"))
    return left, top, right, bottom


def _spans(found: Iterable[tuple[str | None, float, float]]) -> tuple[Span, ...]:
    return tuple(sorted((name or "", round(start_s, 3), round(end_s, 3)) for name, start_s, end_s in found))


def _of(spans: Iterable[Span], name: str) -> list[tuple[float, float]]:
    """The spans of one name and those of all, in order."""
    return sorted((start_s, end_s) for one, start_s, end_s in spans if one in ("", name))


def _left(before: list[tuple[float, float]], after: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """What of the first spans the second ones leave, but for edges."""
    left = []
    for start_s, end_s in before:
        reached_s = start_s
        for over_s, under_s in sorted(after):
            if under_s <= reached_s or over_s >= end_s:
                continue
            if over_s - reached_s > EDGE_S:
                left.append((reached_s, over_s))
            reached_s = max(reached_s, under_s)
        if end_s - reached_s > EDGE_S:
            left.append((reached_s, end_s))
    return left
