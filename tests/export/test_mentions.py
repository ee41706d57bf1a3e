from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.export import Item, collect
from pipeline.export.mentions import Customer, Mention, alias, mentions_of
from pipeline.lexicon import company_key
from pipeline.records import Answer, Held, Outcome, Ruling, Tag
from tests.export.made import KEY, NOW, QUOTED, ruling, session, tagged

MAY_NOT = [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE]
ANSWER = Answer(text="you can already", start_s=70.0, end_s=72.0, participant_id="p2")


def found(*tags: Tag, ruled: Ruling | None = None) -> tuple[Mention, ...]:
    mentions = mentions_of(session(), ruled or ruling(), tags, key=KEY, now=NOW)
    assert not isinstance(mentions, Held)
    return mentions


def test_a_mention_says_what_and_where_and_its_customer_by_alias() -> None:
    (one,) = found(tagged())
    assert (one.kind, one.area, one.session, one.at) == ("request", "docs", "s1", "0:01:01")
    assert (one.quote, one.is_quoted, one.title) == ("please add a dry run", True, "Dry run")
    assert one.customer.startswith("customer-")
    assert one.asker == one.customer


def test_only_requests_and_discoveries_are_mentions() -> None:
    labels = ["request", "discovery", "problem", "praise", "question"]
    assert {finding.kind for finding in found(*(tagged(label=label) for label in labels))} == {"request", "discovery"}


@pytest.mark.parametrize("outcome", MAY_NOT)
def test_nobody_is_used_without_consent_and_the_unknown_only_where_all_agree(outcome: Outcome) -> None:
    tags = [tagged(), tagged(participant_id="p2"), tagged(participant_id=None), tagged(start_s=5.0)]
    assert [finding.start_s for finding in found(*tags, ruled=ruling(used={"p2": outcome}))] == [5.0, 61.25]
    assert len(found(*tags)) == 4


@pytest.mark.parametrize("outcome", MAY_NOT)
def test_words_are_shown_only_where_they_may_be_and_a_plain_sentence_stands_for_them(outcome: Outcome) -> None:
    """Not even the title is of their words: it is the area and the phrase that the team itself wrote."""
    asked = tagged("please add a dry run to the readme, I beg you", topic="readme")
    (one,) = found(asked, ruled=ruling(quoted={"p1": outcome}))
    assert (one.quote, one.is_quoted) == ("A customer asks for something about docs (readme)", False)
    assert one.title == one.quote
    (bare,) = found(tagged(label="discovery", area="other"), ruled=ruling(quoted={"p1": outcome}))
    assert bare.quote == "A customer found out something"
    (unknown,) = found(tagged(participant_id=None), ruled=ruling(quoted={"p2": outcome}))
    assert not unknown.is_quoted


@pytest.mark.parametrize("outcome", MAY_NOT)
def test_what_staff_answered_needs_their_consent_as_well(outcome: Outcome) -> None:
    assert found(tagged(answer=ANSWER))[0].answer == "you can already"
    assert found(tagged(answer=ANSWER), ruled=ruling(quoted={"p2": outcome}))[0].answer == ""
    assert found(tagged(answer=ANSWER), ruled=ruling(used={"p2": outcome}))[0].answer == ""


@pytest.mark.parametrize("outcome", MAY_NOT)
@pytest.mark.parametrize("who", ["p1", "p2"])
def test_what_staff_said_for_somebody_needs_the_consent_of_both(who: str, outcome: Outcome) -> None:
    restated = tagged("so you'd like a dry run", voiced_by="p2")
    assert found(restated)[0].is_quoted
    (plain,) = found(restated, ruled=ruling(quoted={who: outcome}))
    assert (plain.is_quoted, plain.quote) == (False, "A customer asks for something about docs")
    assert found(restated, ruled=ruling(used={who: outcome})) == ()


def test_an_answer_repeats_who_asked_and_is_shown_only_where_both_may_be_quoted() -> None:
    (one,) = found(tagged(answer=ANSWER), ruled=ruling(quoted={"p1": Outcome.MINUS}))
    assert (one.answer, one.answer_withheld) == ("", True)


def test_a_participant_without_a_cell_is_not_used_and_silences_the_unknown() -> None:
    alone = replace(ruling(), cells=tuple(cell for cell in ruling().cells if cell.participant_id == "p1"))
    tags = [tagged(), tagged(participant_id="p2"), tagged(participant_id=None)]
    assert [finding.customer != "" for finding in found(*tags, ruled=alone)] == [True]


@pytest.mark.parametrize("stale", [ruling(session_id="other"), ruling(valid_s=0.0), ruling(valid_s=-1.0)])
def test_a_ruling_that_does_not_hold_holds_the_session_at_the_door(stale: Ruling) -> None:
    collected = collect([Item(session=session(), ruling=stale, tags=(tagged(),))], key=KEY, now=NOW)
    assert collected.mentions == ()
    assert [session_id for session_id, _ in collected.held] == ["s1"]


def test_mentions_of_all_sessions_are_in_order_of_time() -> None:
    first = Item(session=session(), ruling=ruling(), tags=(tagged(start_s=9.0), tagged(start_s=3.0)))
    second = Item(session=session("s0"), ruling=ruling(session_id="s0"), tags=(tagged(),))
    collected = collect([first, second], key=KEY, now=NOW)
    assert [(mention.session, mention.start_s) for mention in collected.mentions] == [
        ("s0", 61.25),
        ("s1", 3.0),
        ("s1", 9.0),
    ]
    assert collect([second, first], key=KEY, now=NOW) == collected


def test_the_customer_is_a_stable_alias_that_only_the_key_gives() -> None:
    assert alias("Halcyon Freight, Inc.", KEY) == alias("halcyon freight", KEY)
    assert alias("Halcyon Freight", KEY) != alias("Halcyon Freight", b"x" * 32)
    assert alias("Halcyon Freight", KEY) != alias("Vantrexa", KEY)
    assert [finding.customer for finding in found(tagged(participant_id="p2"), tagged(participant_id=None))] == ["", ""]


def test_who_works_for_nobody_known_is_counted_by_person_and_has_no_alias() -> None:
    mentions = mentions_of(session(company=None), ruling(), [tagged()], key=KEY, now=NOW)
    assert not isinstance(mentions, Held)
    assert (mentions[0].customer, mentions[0].asker[:7]) == ("", "person-")
    assert "priya" not in mentions[0].asker


def test_segment_and_weight_come_from_the_teams_list() -> None:
    listed = {company_key("Halcyon Freight"): Customer(segment="enterprise", weight=3.0)}
    mentions = mentions_of(session(), ruling(), [tagged()], key=KEY, now=NOW, customers=listed)
    assert not isinstance(mentions, Held)
    assert (mentions[0].segment, mentions[0].weight) == ("enterprise", 3.0)


def test_ids_are_stable_and_differ() -> None:
    first, second = found(tagged(start_s=1.0)), found(tagged(start_s=2.0))
    assert first == found(tagged(start_s=1.0))
    assert first[0].request_id != second[0].request_id


def test_the_purpose_of_quoting_is_that_of_sharing_inside() -> None:
    assert QUOTED.value == "internal_share"
