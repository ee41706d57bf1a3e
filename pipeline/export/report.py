"""Everything that an export shows, as one value: every format is made from it, so that all say the same.

Counts are of distinct customers and sessions, never of mentions. What fewer than ``min_customers`` customers asked for
shows neither who, by alias, segment or lasting label, nor how many. Where it was said is shown to whoever may open that
session's rendition anyway; with ``hide_rare_sessions`` it is not, for who knows the calendar knows who was there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.export.area_counts import AreaCount, area_counts
from pipeline.export.customers import customers_of
from pipeline.export.mentions import KINDS, Mention, sentence_about
from pipeline.export.periods import HeldSession, OfficeHours, attendance, quarter_of, quarters, week_of, weeks
from pipeline.records import RequestGroup, RequestSource, Strength

SCHEMA_VERSION = 5
_STRENGTHS = tuple(Strength)
_LASTING_LABEL = re.compile(r"\[(participant|customer) [0-9A-Z]+\]")
"""A label that is somebody's in every session."""


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

    ``heard_in`` has for each quarter of the report the number of sessions that it was heard in; None as well where no
    session of that quarter was heard, which is not a quarter without demand.
    ``first`` and ``last`` are days, or quarters where there are too few customers. ``source`` is of those whose words
    may be shown, as ``told_source`` says it.
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
    source: str
    quote: str
    closeness: float
    words: tuple[str, ...]
    heard_in: tuple[int | None, ...]
    request_ids: tuple[str, ...]
    titled_by: str
    """The request whose words the title is made of; never exported."""
    is_plain: bool
    """Whether nobody's words and no person gave the title; never exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionRow:
    """One wording; ``customer`` and ``segment`` are empty where there are too few customers.

    With ``hide_rare_sessions`` so are ``session``, ``at``, ``start_s`` and ``end_s``, and ``started_on`` is a quarter;
    and always where it is not ``quoted``: the rendition is silent there, which would tell who asked. Nor does
    ``source`` tell then whether it was said or typed.
    """

    request_id: str
    group_id: str
    kind: str
    title: str
    quote: str
    quoted: bool
    area: str
    strength: Strength
    score: float
    sure: bool
    reason: str
    answer: str
    source: str
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
class RequestReport:
    """One export's content, in a fixed order: the groups with most customers first, mentions in order of time.

    Behind them are those that do not tell where they were said.

    ``heard_quarterly`` and ``heard_weekly`` are how many different requests and discoveries each period has; those
    whose words may not be shown are in no week, which would tell the session of most.
    """

    selection: Selection
    groups: tuple[GroupRow, ...]
    mentions: tuple[MentionRow, ...]
    quarters: tuple[OfficeHours, ...]
    weeks: tuple[OfficeHours, ...]
    heard_quarterly: tuple[int, ...]
    heard_weekly: tuple[int, ...]
    areas: tuple[AreaCount, ...]
    segments: tuple[AreaCount, ...]


def report(
    mentions: Iterable[Mention],
    groups: Iterable[RequestGroup],
    sessions: Iterable[HeldSession],
    selection: Selection,
) -> RequestReport:
    """The report of what is selected; a mention that is in no group stands alone."""
    wanted = {mention.request_id: mention for mention in _selected(mentions, selection)}
    kept = [_within(group, wanted) for group in groups]
    kept = [group for group in kept if group.request_ids]
    held = [session for session in sessions if selection.since is None or session.started_on >= selection.since]
    days = sorted([session.started_on for session in held] + [mention.started_on for mention in wanted.values()])
    by_quarter = attendance(held, quarters(days[0], days[-1])) if days else []
    least = selection.min_customers
    rows = [_group_row(group, [wanted[i] for i in group.request_ids], by_quarter, least) for group in kept]
    rows.sort(key=lambda row: (-(row.customers or 0), -(row.weight or 0.0), -row.mentions, row.title, row.group_id))
    row_of = {i: row for row in rows for i in row.request_ids}
    group_ids = {i: row.group_id for i, row in row_of.items()}
    in_time = sorted(
        wanted.values(), key=lambda mention: (mention.started_on, mention.session, mention.start_s, mention.request_id)
    )
    names = [quarter.period for quarter in by_quarter]
    week_names = list(weeks(days[0], days[-1])) if days else []
    grouped = [(mention, group_ids[i]) for mention in in_time if (i := mention.request_id) in group_ids]
    mention_rows = [
        _mention_row(mention, row_of[i], selection) for mention in in_time if (i := mention.request_id) in row_of
    ]
    return RequestReport(
        selection=selection,
        groups=tuple(rows),
        mentions=tuple(sorted(mention_rows, key=_after_the_placed)),
        quarters=tuple(by_quarter),
        weeks=tuple(attendance(held, week_names, weekly=True)),
        heard_quarterly=_distinct(((quarter_of(each.started_on), group_id) for each, group_id in grouped), names),
        heard_weekly=_distinct(
            ((week_of(each.started_on), group_id) for each, group_id in grouped if each.is_quoted), week_names
        ),
        areas=area_counts(in_time, {mention.request_id: mention.area for mention in in_time}, group_ids, least),
        segments=area_counts(in_time, {mention.request_id: mention.segment for mention in in_time}, group_ids, least),
    )


def _after_the_placed(row: MentionRow) -> tuple[bool, str, str]:
    """Rows that do not tell their session come last, by quarter and id: among its rows they would tell it."""
    return (False, "", "") if row.session else (True, row.started_on, row.request_id)


def without_place_last(mention: Mention) -> tuple[bool, str]:
    """Sorts mentions in order of time so that those that do not tell theirs come last, by id."""
    return (False, "") if mention.is_quoted else (True, mention.request_id)


def _distinct(heard: Iterable[tuple[str, str]], periods: Sequence[str]) -> tuple[int, ...]:
    group_ids: dict[str, set[str]] = {period: set() for period in periods}
    for period, group_id in heard:
        group_ids[period].add(group_id)
    return tuple(len(groups) for groups in group_ids.values())


def _selected(mentions: Iterable[Mention], selection: Selection) -> Iterable[Mention]:
    return (
        mention
        for mention in mentions
        if mention.kind in selection.kinds
        and (selection.since is None or mention.started_on >= selection.since)
        and selection.area in ("", mention.area)
    )


def _within(group: RequestGroup, wanted: Mapping[str, Mention]) -> RequestGroup:
    return replace(group, request_ids=tuple(request_id for request_id in group.request_ids if request_id in wanted))


def _group_row(
    group: RequestGroup, mentions: Sequence[Mention], periods: Sequence[OfficeHours], least: int
) -> GroupRow:
    days = sorted(mention.started_on for mention in mentions)
    customers = customers_of(mentions)
    count = len(set(customers.values()))
    enough = count >= least
    dated = {mention.started_on for mention in mentions if enough and mention.is_quoted}
    first, last = (str(day) if day in dated else quarter_of(day) for day in (days[0], days[-1]))
    sessions: dict[str, set[str]] = {period.period: set() for period in periods}
    for mention in mentions:
        sessions[quarter_of(mention.started_on)].add(mention.session)
    quoted = next((mention for mention in mentions if mention.is_quoted), mentions[0])
    return GroupRow(
        group_id=group.group_id,
        kind=mentions[0].kind,
        title=shown_text(group.title, enough=enough),
        area=_commonest([mention.area for mention in mentions]),
        strength=min((mention.strength for mention in mentions), key=_STRENGTHS.index),
        customers=count if enough else None,
        sessions=len({mention.session for mention in mentions}) if enough else None,
        mentions=len(mentions),
        weight=round(
            sum({customers[mention.asker]: mention.weight for mention in mentions if mention.asker}.values()), 2
        )
        if enough
        else None,
        first=first,
        last=last,
        answer=shown_text(next((mention.answer for mention in mentions if mention.answer), ""), enough=enough),
        source=told_source(mentions),
        quote=shown_text(_words(quoted, group)[1], enough=enough),
        closeness=group.closeness,
        words=group.words,
        heard_in=tuple(
            len(sessions[period.period]) if enough and (period.heard or sessions[period.period]) else None
            for period in periods
        ),
        request_ids=tuple(mention.request_id for mention in sorted(mentions, key=without_place_last)),
        titled_by=group.titled_by,
        is_plain=group.is_plain,
    )


def told_source(mentions: Iterable[Mention]) -> str:
    """Whether wordings were said or typed: ``speech``, ``chat`` or ``both``; empty where none may be shown."""
    sources = {mention.source for mention in mentions if mention.is_quoted}
    return "both" if len(sources) == len(RequestSource) else next(map(str, sources), "")


def _words(mention: Mention, group: GroupRow | RequestGroup) -> tuple[str, str]:
    """The title and quote of a mention: its own, or where its words may not be shown those of others in its group."""
    if mention.is_quoted or group.is_plain:
        return mention.title, mention.quote
    return group.title, sentence_about(mention.kind, group.title)


def shown_text(text: str, *, enough: bool) -> str:
    """A text as it may be shown: where too few asked, labels do not tell one customer or participant from another."""
    return text if enough else _LASTING_LABEL.sub(r"[\1]", text)


def _mention_row(mention: Mention, group: GroupRow, selection: Selection) -> MentionRow:
    enough = group.customers is not None
    placed = mention.is_quoted and (enough or not selection.hide_rare_sessions)
    title, quote = _words(mention, group)
    return MentionRow(
        request_id=mention.request_id,
        group_id=group.group_id,
        kind=mention.kind,
        title=shown_text(title, enough=enough),
        quote=shown_text(quote, enough=enough),
        quoted=mention.is_quoted,
        area=mention.area,
        strength=mention.strength,
        score=mention.score,
        sure=mention.sure,
        reason=mention.reason,
        answer=shown_text(mention.answer, enough=enough),
        source=told_source([mention]),
        session=mention.session if placed else "",
        started_on=mention.started_on.isoformat() if placed else quarter_of(mention.started_on),
        at=mention.at if placed else "",
        start_s=mention.start_s if placed else None,
        end_s=mention.end_s if placed else None,
        customer=mention.customer if enough else "",
        segment=mention.segment if enough else "",
        consent="internal_improve",
    )


def _commonest(values: Sequence[str]) -> str:
    return max(dict.fromkeys(values), key=values.count)
