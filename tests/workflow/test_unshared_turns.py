"""Requests of somebody who lets them be read out of what they say, and lets nobody read or hear the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.consent import log_head
from pipeline.export.mentions import mentions_of
from pipeline.records import Answer, Audience, Cell, Interval, Outcome, Purpose, Ruling, Transcript, Turn
from pipeline.store import Workspace
from pipeline.store.codec import encode
from pipeline.workflow import tagging
from pipeline.workflow.readable_turns import published_turns
from tests.export.made import KEY, NOW, ruling, session, tagged
from tests.render.making import LENGTH_S, word
from tests.workflow.conftest import HandMadeRuling, PublishingSession, finding_of

SAID = ["please", "add", "better", "falcon", "secret", "settings", "single", "sign", "on."]


class Unshared(PublishingSession):
    """The customer of the session asks for something; what consent says of them by purpose may be changed."""

    outcomes: dict[Purpose, Outcome]

    def __init__(self, workspace: Workspace, sounds: Path) -> None:
        super().__init__(workspace, sounds)
        self.outcomes = {Purpose.INTERNAL_SHARE: Outcome.MINUS}
        self.findings = (replace(finding_of("term:falcon secret", (3, 5)), text="falcon secret"),)

    @property
    def transcript(self) -> Transcript:
        spoken = tuple(word(text, 0.3 * at, 0.3 * at + 0.29) for at, text in enumerate(SAID))
        return Transcript(engine="by hand", words=(*spoken, word("right", 2.3, 2.6, track="t2", by="p2")))

    @property
    def ruling(self) -> Ruling:
        cells = tuple(
            Cell(
                participant_id=who,
                interval=Interval(start_s=0.0, end_s=LENGTH_S),
                purpose=purpose,
                outcome=self.outcomes.get(purpose, Outcome.PROCEED) if who == "p1" else Outcome.PROCEED,
                rule_id="U1",
                reason="test",
            )
            for who in ("p1", "p2")
            for purpose in Purpose
        )
        return HandMadeRuling(
            session_id="s1",
            cells=cells,
            log_head=log_head(self.workspace),
            valid_until=super().ruling.valid_until,
            duration_s=LENGTH_S,
        )

    @property
    def tags(self) -> tagging.TaggedSession:
        kept = tagging.tagged(self.workspace, "s1")
        assert kept is not None
        return kept


@pytest.fixture
def unshared(
    new_workspace: Callable[[Path], Workspace], tmp_path: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> Unshared:
    made = Unshared(new_workspace(tmp_path / "ws"), sounds)
    monkeypatch.setattr("pipeline.workflow.session_context.consent.rule", lambda *_, **__: made.ruling)
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])
    return made


def test_a_request_is_read_from_redacted_words_that_are_in_no_rendition(unshared: Unshared) -> None:
    assert unshared.publish().stop is None
    written = unshared.out()
    assert written is not None and "single" not in written and "right" in written
    (request,) = unshared.tags.tags
    assert (request.label, request.participant_id, request.topic) == ("request", "p1", "sign on")
    assert "[term" in request.quote or "[product" in request.quote, request.quote
    assert b"falcon" not in encode(unshared.tags)
    (own,) = [artefact for artefact in unshared.workspace.artefacts.all() if artefact.kind == "tags"]
    assert "speech" in (own.contributors or {})["p1"], "a withdrawal takes them along"


def test_what_may_be_shown_is_read_from_the_rendition_alone(unshared: Unshared) -> None:
    unshared.outcomes = {}
    unshared.publish()
    assert unshared.tags.unshared == ()
    assert [tag.participant_id for tag in unshared.tags.tags] == ["p1"]


@pytest.mark.parametrize("outcome", [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE])
@pytest.mark.parametrize("shared", [Outcome.PROCEED, Outcome.MINUS])
def test_who_does_not_proceed_for_product_work_is_not_read_at_all(
    unshared: Unshared, outcome: Outcome, shared: Outcome
) -> None:
    unshared.outcomes = {Purpose.INTERNAL_IMPROVE: outcome, Purpose.INTERNAL_SHARE: shared}
    assert unshared.publish().stop is None
    assert (unshared.tags.tags, unshared.tags.unshared) == ((), ())


def test_a_session_that_is_held_for_sharing_is_not_read_at_all(unshared: Unshared) -> None:
    """Tags come with a rendition that was proved: without one there are none."""
    unshared.outcomes = {Purpose.INTERNAL_SHARE: Outcome.HOLD}
    unshared.session = replace(unshared.session, tracks=unshared.session.tracks[:1])
    unshared.publish()
    assert tagging.tagged(unshared.workspace, "s1") is None


def test_they_are_read_again_with_another_taxonomy_and_not_when_consent_to_that_ended(
    unshared: Unshared, monkeypatch: pytest.MonkeyPatch
) -> None:
    unshared.publish()
    before = unshared.tags

    def retagged(areas: str) -> tagging.TaggedSession:
        (unshared.workspace.root / "taxonomy.toml").write_text(areas)
        context = unshared.analysed.context
        turns = published_turns(unshared.workspace.out / "s1" / Audience.INTERNAL)
        assert turns is not None
        taxonomy = tagging.read_taxonomy(unshared.workspace)
        tagging.tag_session(context, turns, taxonomy, unshared=unshared.tags.kept_back)
        return unshared.tags

    again = retagged('[[area]]\nname = "logins"\nphrases = ["sign"]\n')
    assert [(tag.area, tag.topic) for tag in again.tags] == [("logins", "sign")]
    assert again.unshared == before.unshared
    unshared.outcomes[Purpose.INTERNAL_IMPROVE] = Outcome.MINUS
    gone = retagged('[[area]]\nname = "others"\nphrases = ["sign"]\n')
    assert (gone.tags, gone.unshared) == ((), ())


@pytest.mark.parametrize(("asks", "answer"), [("p3", None), (None, None), ("p1", "You can have it in May.")])
def test_what_staff_say_to_who_may_not_be_shown_is_the_answer_to_nobody_elses_request(
    asks: str | None, answer: str | None
) -> None:
    said = (
        Turn(speaker="a", participant_id="p1", start_s=0.0, end_s=2.0, text="please add a dry run"),
        Turn(speaker="b", participant_id=asks, start_s=3.0, end_s=4.0, text="Our fleet in Leeds is waiting."),
        Turn(speaker="c", participant_id="p2", start_s=5.0, end_s=6.0, text="You can have it in May."),
    )
    told = Answer(text=said[2].text, start_s=5.0, end_s=6.0, participant_id="p2")
    asked = replace(tagged(), start_s=0.0, end_s=2.0, answer=told)
    (tag,) = tagging.with_speakers_before_answers([asked], said, ["p2"], earlier=())
    assert tag.answer and tag.answer.behind == (asks or "",), "whom nobody knows may be anybody"
    mentions = mentions_of(session(), ruling(quoted={"p3": Outcome.MINUS}), [tag], key=KEY, now=NOW)
    assert isinstance(mentions, tuple)
    (mention,) = mentions
    assert (mention.answer, mention.answer_withheld) == (answer or "", answer is None)
    (again,) = tagging.with_speakers_before_answers([asked], said[::2], ["p2"], earlier=[tag])
    assert again.answer and set(again.answer.behind) == {"p1", asks or ""}, "who is read no more is not forgotten"
