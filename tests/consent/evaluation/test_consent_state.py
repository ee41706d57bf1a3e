"""How a state follows from events, over many made-up histories."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.consent.evaluation.consent_state import NO_ANSWER, SKEW, most_restrictive, state_during, state_now
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.log.events import Event, EventState
from pipeline.records import Purpose
from tests.consent.conftest import NOW, START, session

TRUSTED = frozenset({"notice"})
END = START + timedelta(hours=1)
SESSION = session()
NO = (ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN)


def event(seq: int, state: EventState, minute: int, *, scope: str = "series:a", lasts: int | None = None) -> Event:
    at = START + timedelta(minutes=minute)
    return Event(
        event_id=f"evt_{seq}",
        row_key=f"row{seq}",
        seq=seq,
        party_id="prt_1",
        purpose=Purpose.RECORD,
        scope=scope,
        state=state,
        indicated_at=at,
        effective_from=at,
        valid_until=None if lasts is None else at + timedelta(minutes=lasts),
        notice="notice",
    )


scopes = st.sampled_from(["any", "series:a", "until:2026-11-18", "until:2026-11-17", f"session:{SESSION.session_id}"])
events = st.builds(
    event,
    st.integers(1, 10_000),
    st.sampled_from(EventState),
    st.integers(-10_000, 10_000),
    scope=scopes,
    lasts=st.none() | st.integers(0, 10_000),
)
histories = st.lists(events, max_size=6, unique_by=lambda one: one.seq)


@given(histories)
def test_a_yes_takes_an_event_that_says_yes(history: list[Event]) -> None:
    standing = state_now(history, SESSION, NOW, TRUSTED)
    if standing.status is ConsentStatus.GIVEN:
        assert standing.event in history
        assert standing.event.state is EventState.GIVEN
        assert standing.event.effective_from <= NOW


@given(histories, st.sampled_from([EventState.REFUSED, EventState.WITHDRAWN, EventState.REVOKED]), scopes)
def test_the_last_word_no_is_no(history: list[Event], state: EventState, scope: str) -> None:
    last_word = event(99_999, state, 20_000, scope=scope)
    standing = state_now([*history, last_word], SESSION, NOW, TRUSTED)
    if scope != "until:2026-11-17":
        assert standing.status in NO


@given(histories, histories)
def test_a_no_more_never_opens(history: list[Event], more: list[Event]) -> None:
    noes = [one for one in more if one.state.is_no]
    if state_now([*history, *noes], SESSION, NOW, TRUSTED).status is ConsentStatus.GIVEN:
        without = state_now(history, SESSION, NOW, TRUSTED)
        assert without.status is ConsentStatus.GIVEN


@given(histories)
def test_during_is_no_more_open_than_at_its_start_or_just_before_its_end(history: list[Event]) -> None:
    during = state_during(history, SESSION, START, END, TRUSTED)
    for moment in (START, END - timedelta(microseconds=1)):
        assert during.restrictiveness >= state_during(history, SESSION, moment, moment, TRUSTED).restrictiveness


@given(histories)
def test_nothing_is_given_on_a_notice_that_is_not_on_file(history: list[Event]) -> None:
    assert state_now(history, SESSION, NOW, frozenset()).status is not ConsentStatus.GIVEN


def test_within_the_skew_the_more_closed_counts() -> None:
    minutes = int(SKEW.total_seconds() // 60)
    no, yes = event(1, EventState.REFUSED, -60), event(2, EventState.GIVEN, -60 + minutes)
    assert state_now([no, yes], SESSION, NOW, TRUSTED).status is ConsentStatus.REFUSED
    later = event(3, EventState.GIVEN, -60 + minutes + 1)
    assert state_now([no, yes, later], SESSION, NOW, TRUSTED).status is ConsentStatus.GIVEN


def test_the_border_of_validity_is_expired() -> None:
    yes = event(1, EventState.GIVEN, -60, lasts=60)
    assert state_during([yes], SESSION, START - timedelta(minutes=2), START - timedelta(minutes=1), TRUSTED).status is (
        ConsentStatus.GIVEN
    )
    assert state_during([yes], SESSION, START, START, TRUSTED).status is ConsentStatus.EXPIRED


def test_the_worst_of_nobody_is_absent() -> None:
    assert most_restrictive([]) is NO_ANSWER
    assert NO_ANSWER.status is ConsentStatus.ABSENT
