"""Everything that an export shows, as one value: every format is made from it, so that all say the same.

Counts are of distinct customers and sessions, never of mentions. What fewer than ``min_customers`` customers asked for
shows neither who, by alias or segment, nor how many. Where it was said is shown to whoever may open that session's
rendition anyway; with ``hide_rare_sessions`` it is not, for who knows the calendar knows who was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.export.mentions import KINDS, Mention
from pipeline.export.periods import HeldSession, OfficeHours, attendance, quarter_of, quarters, week_of, weeks
from pipeline.records import RequestGroup, Strength

SCHEMA_VERSION = 2
RARE = "rare"
"""What stands for all cells with too few customers together."""
_STRENGTHS = tuple(Strength)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an export is about; an empty ``area`` or ``since`` is everything."""

    since: date | None = None
    area: str = ""
    kinds: tuple[str, ...] = KINDS
    min_customers: int = 3
    hide_rare_sessions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group. ``customers`` and ``sessions`` are None where there are fewer customers than may be told.

    ``heard_in`` has for each quarter of the report the number of sessions that it was heard in, or None.
    ``first`` and ``last`` are days, or quarters where there are too few customers.
    """

    group_id: str
    kind: str
    title: str
    area: str
    strength: Strength
    customers: int | None
    sessions: int | None
    mentions: int
    weight: float | None
    first: str
    last: str
    answer: str
    quote: str
    closeness: float
    words: tuple[str, ...]
    heard_in: tuple[int | None, ...]
    request_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow:
    """One wording; ``customer`` and ``segment`` are empty where there are too few customers.

    With ``hide_rare_sessions`` so are ``session``, ``at``, ``start_s`` and ``end_s``, and ``started_on`` is a quarter.
    """

    request_id: str
    group_id: str
    kind: str
    title: str
    quote: str
    verbatim: bool
    area: str
    strength: Strength
    score: float
    sure: bool
    reason: str
    answer: str
    session: str
    started_on: str
    at: str
    start_s: float | None
    end_s: float | None
    customer: str
    segment: str
    consent: str
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many groups, customers and sessions one area or segment has; None customers are too few to tell."""

    name: str
    requests: int
    customers: int | None
    sessions: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """One export's content, in a fixed order: the groups with most customers first, mentions in order of time.

    ``heard_quarterly`` and ``heard_weekly`` are how many different requests and discoveries each period has.
    """

    selection: Selection
    groups: tuple[GroupRow, ...]
    mentions: tuple[MentionRow, ...]
    quarters: tuple[OfficeHours, ...]
    weeks: tuple[OfficeHours, ...]
    heard_quarterly: tuple[int, ...]
    heard_weekly: tuple[int, ...]
    areas: tuple[Cell, ...]
    segments: tuple[Cell, ...]


def report(
    mentions: Iterable[Mention],
    groups: Iterable[RequestGroup],
    sessions: Iterable[HeldSession],
    selection: Selection,
) -> RequestReport:
    """The report of what is selected; a mention that is in no group stands alone."""
    wanted = {one.request_id: one for one in _selected(mentions, selection)}
    kept = [_within(one, wanted) for one in groups]
    kept = [one for one in kept if one.request_ids]
    held = [one for one in sessions if selection.since is None or one.started_on >= selection.since]
    days = sorted([one.started_on for one in held] + [one.started_on for one in wanted.values()])
    names = list(quarters(days[0], days[-1])) if days else []
    rows = [_group_row(one, [wanted[i] for i in one.request_ids], names, selection.min_customers) for one in kept]
    rows.sort(key=lambda row: (-(row.customers or 0), -(row.weight or 0.0), -row.mentions, row.title, row.group_id))
    told = {i: row for row in rows for i in row.request_ids}
    in_time = sorted(wanted.values(), key=lambda one: (one.started_on, one.session, one.start_s, one.request_id))
    week_names = list(weeks(days[0], days[-1])) if days else []
    heard = [(one.started_on, told[one.request_id].group_id) for one in in_time if one.request_id in told]
    return RequestReport(
        selection=selection,
        groups=tuple(rows),
        mentions=tuple(_mention_row(one, told[one.request_id], selection) for one in in_time if one.request_id in told),
        quarters=tuple(attendance(held, names)),
        weeks=tuple(attendance(held, week_names, weekly=True)),
        heard_quarterly=_distinct(((quarter_of(day), group_id) for day, group_id in heard), names),
        heard_weekly=_distinct(((week_of(day), group_id) for day, group_id in heard), week_names),
        areas=_cells(in_time, {one.request_id: one.area for one in in_time}, told, selection.min_customers),
        segments=_cells(in_time, {one.request_id: one.segment for one in in_time}, told, selection.min_customers),
    )


def _distinct(heard: Iterable[tuple[str, str]], periods: Sequence[str]) -> tuple[int, ...]:
    found: dict[str, set[str]] = {period: set() for period in periods}
    for period, group_id in heard:
        found[period].add(group_id)
    return tuple(len(groups) for groups in found.values())


def _selected(mentions: Iterable[Mention], selection: Selection) -> Iterable[Mention]:
    return (
        one
        for one in mentions
        if one.kind in selection.kinds
        and (selection.since is None or one.started_on >= selection.since)
        and selection.area in ("", one.area)
    )


def _within(group: RequestGroup, wanted: Mapping[str, Mention]) -> RequestGroup:
    return replace(group, request_ids=tuple(one for one in group.request_ids if one in wanted))


def _group_row(group: RequestGroup, found: Sequence[Mention], names: Sequence[str], least: int) -> GroupRow:
    days = sorted(one.started_on for one in found)
    customers = {one.source for one in found if one.source}
    enough = len(customers) >= least
    shown = str if enough else quarter_of
    by_quarter = {name: {one.session for one in found if quarter_of(one.started_on) == name} for name in names}
    quoted = next((one for one in found if one.verbatim), found[0])
    return GroupRow(
        group_id=group.group_id,
        kind=found[0].kind,
        title=group.title,
        area=_commonest([one.area for one in found]),
        strength=min((one.strength for one in found), key=_STRENGTHS.index),
        customers=len(customers) if enough else None,
        sessions=len({one.session for one in found}) if enough else None,
        mentions=len(found),
        weight=round(sum({one.source: one.weight for one in found if one.source}.values()), 2) if enough else None,
        first=shown(days[0]),
        last=shown(days[-1]),
        answer=next((one.answer for one in found if one.answer), ""),
        quote=quoted.quote,
        closeness=group.closeness,
        words=group.words,
        heard_in=tuple(len(by_quarter[name]) if enough else None for name in names),
        request_ids=group.request_ids,
    )


def _mention_row(mention: Mention, group: GroupRow, selection: Selection) -> MentionRow:
    enough = group.customers is not None
    placed = enough or not selection.hide_rare_sessions
    return MentionRow(
        request_id=mention.request_id,
        group_id=group.group_id,
        kind=mention.kind,
        title=mention.title,
        quote=mention.quote,
        verbatim=mention.verbatim,
        area=mention.area,
        strength=mention.strength,
        score=mention.score,
        sure=mention.sure,
        reason=mention.reason,
        answer=mention.answer,
        session=mention.session if placed else "",
        started_on=mention.started_on.isoformat() if placed else quarter_of(mention.started_on),
        at=mention.at if placed else "",
        start_s=mention.start_s if placed else None,
        end_s=mention.end_s if placed else None,
        customer=mention.customer if enough else "",
        segment=mention.segment if enough else "",
        consent="internal_improve",
    )


def _cells(
    mentions: Sequence[Mention], names: Mapping[str, str], groups: Mapping[str, GroupRow], least: int
) -> tuple[Cell, ...]:
    """One cell for each name, the largest first; those with too few customers together as ``RARE``."""
    by_name: dict[str, list[Mention]] = {}
    for one in mentions:
        if names[one.request_id]:
            by_name.setdefault(names[one.request_id], []).append(one)
    few = {name for name, found in by_name.items() if len({one.source for one in found if one.source}) < least}
    if few:
        by_name[RARE] = [one for name in sorted(few) for one in by_name.pop(name)]
    cells = [_cell(name, found, groups, least) for name, found in by_name.items()]
    return tuple(sorted(cells, key=lambda cell: (cell.name == RARE, -cell.requests, cell.name)))


def _cell(name: str, found: Sequence[Mention], groups: Mapping[str, GroupRow], least: int) -> Cell:
    customers = {one.source for one in found if one.source}
    enough = len(customers) >= least
    return Cell(
        name=name,
        requests=len({groups[one.request_id].group_id for one in found if one.request_id in groups}),
        customers=len(customers) if enough else None,
        sessions=len({one.session for one in found}) if enough else None,
    )


def _commonest(values: Sequence[str]) -> str:
    return max(dict.fromkeys(values), key=values.count)
