from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export import RequestReport, Selection, report
from pipeline.export.area_counts import RARE
from pipeline.export.periods import quarter_of, quarters, week_of, weeks
from pipeline.export.tables import count_table, group_table, mention_table
from pipeline.records import Strength
from tests.export.made import MentionFields, grouped, held, mention

SPRING, AUTUMN = date(2026, 2, 10), date(2026, 11, 18)


def many(count: int = 4, **changed: Unpack[MentionFields]) -> RequestReport:
    mentions = [mention(number, **changed) for number in range(count)]
    sessions = [held(one.session, one.started_on) for one in mentions]
    return report(mentions, [grouped("Dry run", *mentions)], sessions, Selection())


def test_counts_are_of_customers_and_sessions_not_of_mentions() -> None:
    same = [mention(n, session="s1", customer="c", asker=f"c{n % 3}", started_on=AUTUMN) for n in range(9)]
    found = report(same, [grouped("Dry run", *same)], [held("s1", AUTUMN)], Selection())
    (row,) = found.groups
    assert (row.customers, row.sessions, row.mentions) == (3, 1, 9)
    assert (row.first, row.last) == ("2026-11-18", "2026-11-18")


def test_a_quarter_without_office_hours_is_shown_as_such() -> None:
    first = [mention(n, started_on=SPRING) for n in range(3)]
    last = [mention(n + 3, started_on=AUTUMN) for n in range(3)]
    sessions = [held("a", SPRING), held("b", SPRING, heard=False), held("c", AUTUMN)]
    found = report([*first, *last], [grouped("Dry run", *first, *last)], sessions, Selection())
    assert [(quarter.period, quarter.held, quarter.heard) for quarter in found.quarters] == [
        ("2026-Q1", 2, 1),
        ("2026-Q2", 0, 0),
        ("2026-Q3", 0, 0),
        ("2026-Q4", 1, 1),
    ]
    assert found.groups[0].heard_in == (3, None, None, 3)
    assert [row[2] for row in count_table(found).rows[:4]] == [1, None, None, 1]
    group = dict(zip(group_table(found).names, group_table(found).rows[0], strict=True))
    assert group["office_hours_heard"] == 2
    assert found.heard_quarterly == (1, 0, 0, 1)
    assert len(found.weeks) == len(found.heard_weekly) == 41


def test_a_quarter_with_office_hours_and_without_a_request_is_one_without_demand() -> None:
    first = [mention(n, started_on=SPRING) for n in range(3)]
    sessions = [held("a", SPRING), held("b", AUTUMN)]
    found = report(first, [grouped("Dry run", *first)], sessions, Selection())
    assert found.groups[0].heard_in == (3, None, None, 0)


@pytest.mark.parametrize("customers", [1, 2])
def test_what_few_ask_for_tells_neither_who_nor_how_many(customers: int) -> None:
    found = many(customers, segment="enterprise")
    (row,) = found.groups
    assert (row.customers, row.sessions, row.weight, row.first) == (None, None, None, "2026-Q4")
    assert row.heard_in == (None,)
    assert {(one.customer, one.segment) for one in found.mentions} == {("", "")}
    assert all(one.session for one in found.mentions)
    assert [(cell.name, cell.customers) for cell in (*found.areas, *found.segments)] == [(RARE, None)] * 2


@pytest.mark.parametrize(
    ("customers", "shown"), [(2, "[participant] and [customer]"), (3, "[participant 3] and [customer B]")]
)
def test_what_few_ask_for_has_no_label_that_lasts(customers: int, shown: str) -> None:
    said = "[participant 3] and [customer B] want it like [person 1]"
    found = many(customers, quote=said, answer=said, title=said)
    group_texts = {text for row in found.groups for text in (row.quote, row.answer)}
    mention_texts = {text for row in found.mentions for text in (row.quote, row.answer, row.title)}
    assert group_texts == mention_texts == {f"{shown} want it like [person 1]"}


@pytest.mark.parametrize(
    "companies",
    [
        ("Orchard", "Orchard Analytics", "Orchard Analytics GmbH"),
        ("Marsh & Pine", "Marsh and Pine", "Marsh, Pine Ltd"),
        ("Orchard Analytics EU", "Orchard Analytics", "The Orchard"),
    ],
)
def test_a_customer_that_is_written_in_several_ways_is_one(companies: tuple[str, ...]) -> None:
    one = [mention(number, company=name) for number, name in enumerate(companies)]
    (row,) = report(one, [grouped("Dry run", *one)], [], Selection()).groups
    assert row.customers is None
    more = [*one, mention(8, company="Larch"), mention(9, company="Pinewood")]
    found = report(more, [grouped("Dry run", *more)], [], Selection())
    assert found.groups[0].customers == found.areas[0].customers == 3


def test_people_with_addresses_of_one_company_are_one_customer() -> None:
    one = [mention(number, company=f"Company {number}", domain="orchard.example") for number in range(4)]
    assert report(one, [grouped("Dry run", *one)], [], Selection()).groups[0].customers is None
    others = [mention(number, company=f"Company {number}") for number in range(4)]
    assert report(others, [grouped("Dry run", *others)], [], Selection()).groups[0].customers == 4


def test_where_it_was_said_can_be_hidden_too() -> None:
    mentions = [mention(1)]
    hidden = report(mentions, [grouped("Dry run", *mentions)], [], Selection(hide_rare_sessions=True))
    (row,) = hidden.mentions
    assert (row.session, row.at, row.started_on, row.start_s) == ("", "", "2026-Q4", None)
    shown = report(mentions, [grouped("Dry run", *mentions)], [], Selection(hide_rare_sessions=True, min_customers=1))
    assert shown.mentions[0].session == "s1"


def test_nothing_tells_the_time_of_what_may_not_be_quoted() -> None:
    days = [date(2026, 10, 7), date(2026, 10, 14), date(2026, 11, 18), date(2026, 11, 25)]
    mentions = [mention(n, started_on=day, is_quoted=n in (1, 2)) for n, day in enumerate(days)]
    counted = report(
        mentions, [grouped("x", *mentions)], [held(f"s{n}", day) for n, day in enumerate(days)], Selection()
    )
    (row,) = counted.groups
    assert (row.customers, row.first, row.last) == (4, "2026-Q4", "2026-Q4")
    assert row.request_ids == tuple(f"q-{n:012}" for n in (1, 2, 0, 3)), "those come last, by id"
    assert dict(zip((week.period for week in counted.weeks), counted.heard_weekly, strict=True)) == {
        **{f"2026-W{week}": 0 for week in range(41, 49)},
        "2026-W42": 1,
        "2026-W47": 1,
    }
    assert counted.heard_quarterly == (1,)


def test_the_day_of_what_may_be_quoted_is_told() -> None:
    mentions = [mention(n, is_quoted=n > 0) for n in range(3)]
    (row,) = report(mentions, [grouped("x", *mentions)], [], Selection()).groups
    assert (row.first, row.last) == ("2026-11-18", "2026-11-18")


def test_small_areas_are_merged_and_enough_of_them_together_are_counted() -> None:
    common = [mention(n, area="docs") for n in range(3)]
    rare = [mention(n + 3, area=f"area {n}") for n in range(3)]
    groups = [grouped("a", *common), *(grouped("b", one) for one in rare)]
    found = report([*common, *rare], groups, [], Selection())
    assert [(cell.name, cell.requests, cell.customers) for cell in found.areas] == [("docs", 1, 3), (RARE, 3, 3)]


def test_groups_with_most_customers_come_first_then_those_that_weigh_most() -> None:
    three = [mention(n, weight=1.0) for n in range(3)]
    heavy = [mention(n + 3, weight=5.0) for n in range(3)]
    four = [mention(n + 6) for n in range(4)]
    groups = [grouped("three", *three), grouped("heavy", *heavy), grouped("four", *four)]
    found = report([*three, *heavy, *four], groups, [], Selection())
    assert [(row.title, row.weight) for row in found.groups] == [("four", 4.0), ("heavy", 15.0), ("three", 3.0)]


def test_the_strongest_wording_counts_and_a_verbatim_quote_goes_before_a_plain_sentence() -> None:
    mentions = [
        mention(1, is_quoted=False, quote="Dry run"),
        mention(2, quote="we need it", strength=Strength.BLOCKS_PURCHASE),
    ]
    (row,) = report(mentions, [grouped("Dry run", *mentions)], [], Selection()).groups
    assert (row.strength, row.quote) == (Strength.BLOCKS_PURCHASE, "we need it")


def test_a_selection_keeps_what_it_names_in_every_table() -> None:
    old = [mention(n, started_on=SPRING) for n in range(3)]
    new = [mention(n + 3, area="data") for n in range(3)]
    found_out = [mention(n + 6, kind="discovery", area="data") for n in range(3)]
    mentions, sessions = [*old, *new, *found_out], [held("a", SPRING), held("b", AUTUMN)]
    groups = [grouped("old", *old), grouped("new", *new), grouped("found out", *found_out)]
    since = report(mentions, groups, sessions, Selection(since=date(2026, 6, 1)))
    assert {row.title for row in since.groups} == {"new", "found out"}
    assert [quarter.period for quarter in since.quarters] == ["2026-Q4"]
    area = report(mentions, groups, sessions, Selection(area="data", kinds=("request",)))
    assert {row.title for row in area.groups} == {"new"}
    assert len(mention_table(area).rows) == 3


def test_a_group_shows_only_what_is_selected_of_it() -> None:
    mentions = [mention(1, started_on=SPRING), *(mention(n) for n in (2, 3, 4))]
    (row,) = report(mentions, [grouped("x", *mentions)], [], Selection(since=date(2026, 6, 1))).groups
    assert row.request_ids == tuple(f"q-{n:012}" for n in (2, 3, 4))


def test_nothing_is_a_report_too() -> None:
    empty = report([], [], [], Selection())
    assert (empty.groups, empty.mentions, empty.quarters, empty.weeks) == ((), (), (), ())
    assert [len(table.rows) for table in (group_table(empty), mention_table(empty), count_table(empty))] == [0, 0, 0]


def test_no_table_holds_what_is_only_for_counting() -> None:
    found = many(4, asker="secret-source", company="Halcyon Freight", wording="the words themselves")
    text = repr([table(found) for table in (group_table, mention_table, count_table)]) + repr(asdict(found))
    assert not any(secret in text for secret in ("secret-source", "Halcyon", "the words themselves"))


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 500))
def test_periods_are_in_order_without_gaps(first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    for names, of in ((list(quarters(first, last)), quarter_of), (list(weeks(first, last)), week_of)):
        assert names == sorted(set(names))
        assert (names[0], names[-1]) == (of(first), of(last))
