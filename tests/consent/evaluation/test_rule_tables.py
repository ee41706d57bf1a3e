"""The decision against the written tables, transcribed here a second time as data, over every combination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import pairwise, product

import pytest

from pipeline.consent.evaluation.explanations import action_of, reason_of
from pipeline.consent.evaluation.rule_tables import (
    ConsentStatus,
    Identity,
    Inputs,
    Join,
    Law,
    NoticeProof,
    RuleResult,
    Speech,
    Use,
    decide,
    decide_capture,
)
from pipeline.records import Outcome

P, M, H, R = Outcome.PROCEED, Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE
ORDER = (P, M, H, R)
NAMES = [field.name for field in fields(Inputs)]

# 2.2: (rule, notice) -> for "given", "no", "other": (outcome when spoke, outcome when silent, rule id)
CAPTURE = {
    ("notify", "evidenced"): ((P, P, "C1"), (M, M, "C3"), (P, P, "C4")),
    ("notify", "asserted"): ((P, P, "C1"), (M, M, "C3"), (H, H, "C5")),
    ("notify", "none"): ((P, P, "C1"), (H, H, "C2"), (H, H, "C2")),
    ("consent_by_notice", "evidenced"): ((P, P, "C1"), (R, H, "C6"), (P, P, "C7")),
    ("consent_by_notice", "asserted"): ((P, P, "C1"), (R, H, "C6"), (H, H, "C8")),
    ("consent_by_notice", "none"): ((P, P, "C1"), (R, H, "C6"), (R, H, "C9")),
    ("consent_express", "evidenced"): ((P, P, "C1"), (R, H, "C10"), (H, H, "C12")),
    ("consent_express", "asserted"): ((P, P, "C1"), (R, H, "C10"), (H, H, "C12")),
    ("consent_express", "none"): ((P, P, "C1"), (R, H, "C10"), (R, H, "C11")),
}
KIND = {"given": 0, "refused": 1, "withdrawn": 1, "expired": 2, "unknown": 2, "absent": 2}

# 2.3, from the top: (class, state, other conditions) -> outcome, rule id
USE: tuple[tuple[str, tuple[str, ...], dict[str, str | bool], Outcome, str], ...] = (
    ("any", ("given",), {}, P, "U1"),
    ("any", ("refused", "withdrawn"), {}, M, "U2"),
    ("any", ("expired", "unknown"), {"speech": "silent"}, M, "U3"),
    ("any", ("expired", "unknown"), {}, H, "U4"),
    ("public", ("absent",), {"speech": "silent", "identity": "matched"}, M, "U5"),
    ("public", ("absent",), {}, H, "U6"),
    ("internal", ("absent",), {"identity": "unmatched"}, M, "U7"),
    ("internal", ("absent",), {"rule": "notify", "notice": "evidenced", "named": True}, P, "U8"),
    ("internal", ("absent",), {"rule": "consent_by_notice", "notice": "evidenced", "named": True}, P, "U8"),
    ("internal", ("absent",), {}, M, "U9"),
)


def everything(*uses: Use) -> Iterator[Inputs]:
    states, flags = tuple(ConsentStatus), (True, False)
    for use, law, notice, named, then, now, identity, join, speech, separable in product(
        uses or tuple(Use), Law, NoticeProof, flags, states, states, Identity, Join, Speech, flags
    ):
        yield Inputs(
            purpose=use,
            rule=law,
            notice=notice,
            notice_names_purpose=named,
            consent_at_speech=then,
            consent_now=now,
            identity=identity,
            join=join,
            speech=speech,
            separable=separable,
        )


def by_the_tables(inputs: Inputs) -> tuple[Outcome, str]:
    law = "consent_express" if inputs.rule == "unknown" else str(inputs.rule)
    notice = "none" if inputs.join == "late_no_notice" else str(inputs.notice)
    unmatched = inputs.identity == "unmatched"
    then, now = ("absent" if unmatched else str(state) for state in (inputs.consent_at_speech, inputs.consent_now))
    spoke, ambiguous = inputs.speech == "spoke", inputs.identity == "ambiguous"
    stuck = spoke and not inputs.separable

    when_spoke, when_silent, capture_rule = CAPTURE[law, notice][KIND[then]]
    capture = when_spoke if spoke else when_silent
    if capture == P and ambiguous:
        capture, capture_rule = H, capture_rule + "+I"
    if capture == M and stuck:
        capture, capture_rule = H, capture_rule + "+M"

    if inputs.purpose == "special":
        sure = now == "given" and inputs.identity == "matched"
        use, use_rule = (P, "S1") if sure else (R, "S2")
    else:
        group = "public" if inputs.purpose == "public" else "internal"
        has = {
            "speech": str(inputs.speech),
            "identity": str(inputs.identity),
            "rule": law,
            "notice": notice,
            "named": inputs.notice_names_purpose,
        }
        use, use_rule = next(
            (outcome, rule)
            for for_group, states, needs, outcome, rule in USE
            if for_group in ("any", group) and now in states and needs.items() <= has.items()
        )
        if ambiguous and now not in ("refused", "withdrawn") and use in (P, M):
            use, use_rule = H, use_rule + "+I"
        if use == M and stuck:
            use, use_rule = (R if group == "public" else H), use_rule + "+M"
    return (capture, capture_rule) if ORDER.index(capture) > ORDER.index(use) else (use, use_rule)


@pytest.fixture(scope="module")
def answers() -> dict[Inputs, RuleResult]:
    return {inputs: decide(inputs) for inputs in everything()}


@pytest.fixture(scope="module")
def outcomes(answers: dict[Inputs, RuleResult]) -> dict[tuple[object, ...], Outcome]:
    """By plain tuples of the inputs, which are quick to change."""
    return {tuple(getattr(inputs, name) for name in NAMES): answer.outcome for inputs, answer in answers.items()}


def test_every_combination_agrees_with_the_tables(answers: dict[Inputs, RuleResult]) -> None:
    assert len(answers) == 4 * 31_104
    differing = {i: a for i, a in answers.items() if (a.outcome, a.rule) != by_the_tables(i)}
    assert not differing, next(iter(differing.items()))


def test_proceed_is_as_rare_as_the_reference_says(answers: dict[Inputs, RuleResult]) -> None:
    found = Counter(inputs.purpose for inputs, answer in answers.items() if answer.outcome is P)
    assert found[Use.INTERNAL] == found[Use.TRANSCRIBE] == 448
    assert found[Use.PUBLIC] == 384


# 2.4, literally: identity, joins, separables -> given, refused, withdrawn after, expired/unknown, absent
ON_TIME = ("on_time", "late_own_notice")
CROSS: tuple[tuple[str, tuple[str, ...], tuple[bool, ...], tuple[str, ...]], ...] = (
    ("matched", ON_TIME, (True,), ("proceed", "refuse C6", "minus U2", "hold U4", "proceed U8")),
    ("matched", ON_TIME, (False,), ("proceed", "refuse C6", "hold U2+M", "hold U4", "proceed U8")),
    ("matched", ("late_no_notice",), (True,), ("proceed", "refuse C6", "minus U2", "refuse C9", "refuse C9")),
    ("ambiguous", ON_TIME, (True,), ("hold +I", "refuse C6", "hold +I", "hold U4", "hold +I")),
    ("ambiguous", ("late_no_notice",), (True, False), ("hold +I", "refuse C6", "hold +I", "refuse C9", "refuse C9")),
    ("unmatched", ("on_time",), (True,), ("minus U7",) * 5),
    ("unmatched", ("on_time",), (False,), ("hold U7+M", "hold", "hold", "hold", "hold")),
    ("unmatched", ("late_no_notice",), (True, False), ("refuse C9",) * 5),
)
COLUMNS = (
    (("given", "given"),),
    (("refused", "refused"),),
    (("given", "withdrawn"),),
    (("expired", "expired"), ("unknown", "unknown")),
    (("absent", "absent"),),
)


def cross_cells() -> Iterator[tuple[Inputs, str]]:
    for identity, joins, separables, wanted in CROSS:
        for join, separable, (states, want) in product(joins, separables, zip(COLUMNS, wanted, strict=True)):
            for then, now in states:
                yield (
                    Inputs(
                        purpose=Use.INTERNAL,
                        rule=Law.BY_NOTICE,
                        notice=NoticeProof.EVIDENCED,
                        notice_names_purpose=True,
                        consent_at_speech=ConsentStatus(then),
                        consent_now=ConsentStatus(now),
                        identity=Identity(identity),
                        join=Join(join),
                        speech=Speech.SPOKE,
                        separable=separable,
                    ),
                    want,
                )


@pytest.mark.parametrize(("inputs", "want"), list(cross_cells()))
def test_the_cross_table(inputs: Inputs, want: str) -> None:
    answer = decide(inputs)
    outcome, _, rule = want.partition(" ")
    if identity_unsure := (inputs.identity is Identity.AMBIGUOUS and inputs.consent_now is ConsentStatus.WITHDRAWN):
        # An ambiguous person's withdrawal is +I at the capture gate; where it cannot be removed, +M says the same.
        assert answer.rule in ("C1+I", "U2+M")
    assert answer.outcome == outcome
    assert identity_unsure or answer.rule.endswith(rule)


def test_1_public_and_special_need_a_matched_yes_now(answers: dict[Inputs, RuleResult]) -> None:
    for inputs, answer in answers.items():
        if inputs.purpose in (Use.PUBLIC, Use.SPECIAL) and answer.outcome is P:
            assert inputs.consent_now is ConsentStatus.GIVEN
            assert inputs.identity is Identity.MATCHED


def test_2_a_no_now_never_proceeds(answers: dict[Inputs, RuleResult]) -> None:
    noes = (ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN)
    sure = [a for i, a in answers.items() if i.consent_now in noes]
    assert sure
    assert all(answer.outcome is not P for answer in sure)


def test_3_unsure_people_never_proceed(answers: dict[Inputs, RuleResult]) -> None:
    assert all(a.outcome is not P for i, a in answers.items() if i.identity is not Identity.MATCHED)


def test_4_a_strict_place_needs_a_yes_from_when_they_spoke(answers: dict[Inputs, RuleResult]) -> None:
    for inputs, answer in answers.items():
        if inputs.rule in (Law.EXPRESS, Law.UNKNOWN) and answer.outcome is P:
            assert inputs.consent_at_speech is ConsentStatus.GIVEN


WORSE: dict[str, Sequence[object]] = {
    "rule": list(Law),
    "notice": list(NoticeProof),
    "notice_names_purpose": [True, False],
    "join": list(Join),
    "speech": list(Speech),
    "separable": [True, False],
}


@pytest.mark.parametrize("name", WORSE)
def test_5_worse_circumstances_never_open(name: str, outcomes: dict[tuple[object, ...], Outcome]) -> None:
    at = NAMES.index(name)
    for better, worse in pairwise(WORSE[name]):
        for inputs, outcome in outcomes.items():
            if inputs[at] == better:
                changed = outcomes[(*inputs[:at], worse, *inputs[at + 1 :])]
                assert ORDER.index(changed) >= ORDER.index(outcome), (inputs, worse)


FROM_YES_TO_NO = (
    (ConsentStatus.GIVEN,),
    (ConsentStatus.ABSENT,),
    (ConsentStatus.EXPIRED, ConsentStatus.UNKNOWN),
    (ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN),
)


@pytest.mark.parametrize("name", ["consent_at_speech", "consent_now"])
def test_6_a_worse_consent_never_newly_releases_their_speech(
    name: str, outcomes: dict[tuple[object, ...], Outcome]
) -> None:
    at = NAMES.index(name)
    steps = [(b, w) for n, betters in enumerate(FROM_YES_TO_NO) for b in betters for w in sum(FROM_YES_TO_NO[n:], ())]
    for better, worse in steps:
        for inputs, outcome in outcomes.items():
            if inputs[at] == better and outcome is not P:
                assert outcomes[(*inputs[:at], worse, *inputs[at + 1 :])] is not P, (inputs, worse)


def test_every_rule_id_has_a_reason_and_every_stop_an_action(answers: dict[Inputs, RuleResult]) -> None:
    for answer in set(answers.values()):
        assert reason_of(answer.rule).endswith(".")
    stops = {a for i, a in answers.items() if i.purpose is Use.TRANSCRIBE and a.outcome in (H, R)}
    stops |= {a for a in map(decide_capture, everything(Use.TRANSCRIBE)) if a.outcome in (H, R)}
    assert all(action_of(answer.rule, due="2026-12-02") for answer in stops)
