"""What somebody says of the recording, or a language in which names cannot be found, stops all of a session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

import pytest
from click.testing import CliRunner

from pipeline import consent, embeddings, models, speech
from pipeline.cli import main
from pipeline.embeddings import encoder_name
from pipeline.errors import UsageProblem
from pipeline.records import ChatLine, Cue, Held, NamedTurn, NamedVoices, Pending, Session, Stop, Transcript, Word
from pipeline.store import Workspace
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.review_holds import lift_holds, list_holds, open_questions
from tests.workflow.conftest import NOW, PublishingSession


class TranscriptFields(TypedDict, total=False):
    """What may be said of a transcript beside its words."""

    language: str
    language_probability: float | None
    other_language_s: float
    speech_s: float


def spoken(text: str, **fields: Unpack[TranscriptFields]) -> Transcript:
    words = tuple(
        Word(
            start_s=0.1 * index,
            end_s=0.1 * index + 0.09,
            time_uncertainty_s=0.0,
            text=word,
            probability=0.9,
            track_id="t1",
            participant_id="p1",
        )
        for index, word in enumerate(text.split())
    )
    return replace(Transcript(engine="sphinx", words=words), **fields)


class Analyse(Protocol):
    """What the fixture ``analysed`` is."""

    def __call__(
        self, text: str = "", session: Session | None = None, **fields: Unpack[TranscriptFields]
    ) -> AnalysedSession | Stop: ...


@pytest.fixture
def analysed(made: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> Analyse:
    def call(
        text: str = "we need a faster queue", session: Session | None = None, **fields: Unpack[TranscriptFields]
    ) -> AnalysedSession | Stop:
        ruling = made.ruling
        monkeypatch.setattr(consent, "rule", lambda *_, **__: ruling)
        monkeypatch.setattr(speech, "transcribe", lambda *_, **__: spoken(text, **fields))
        monkeypatch.setattr(speech, "VERSION", f"{text} {fields}")  # no transcript of an earlier call is taken
        monkeypatch.setattr(speech, "keyword_search", lambda *_, **__: ())
        return analyse(session or made.session, made.workspace, now=NOW)

    return call


def lift(workspace: Workspace, hold: str, *, undo: bool = False) -> int:
    return lift_holds(workspace, "s1", [hold], actor="ana", reason="listened: nobody meant it", undo=undo)


def test_nothing_holds_a_session_in_which_nobody_says_such_a_thing(analysed: Analyse, made: PublishingSession) -> None:
    assert isinstance(analysed(), AnalysedSession)
    assert list_holds(made.workspace, "s1") == ()


@pytest.mark.parametrize(
    ("text", "hold_id", "reason"),
    [
        ("well I would rather not be recorded today", "objection-0-00-00", "object to the recording at 0:00:00"),
        ("so hello. Please stop the recording.", "objection-0-00-00", "object to the recording"),
        ("hi all. I'm fifteen. I like your api.", "minor-0-00-00", "may be a minor"),
    ],
)
def test_who_objects_or_may_be_a_minor_holds_the_session_until_a_person_listened(
    analysed: Analyse, made: PublishingSession, text: str, hold_id: str, reason: str
) -> None:
    stop = analysed(text)
    assert isinstance(stop, Held) and reason in stop.reason and "track t1" in stop.reason
    assert f"offrecord review lift s1 {hold_id}" in stop.action
    assert not any(word in stop.reason + stop.action for word in ("rather", "fifteen", "api"))
    assert lift(made.workspace, hold_id) == 0
    assert isinstance(analysed(text), AnalysedSession)
    assert [line.lifted_by for line in list_holds(made.workspace, "s1")] == ["ana"]
    assert lift(made.workspace, hold_id, undo=True) == 1
    assert isinstance(analysed(text), Held)


def test_an_objection_in_the_chat_holds_the_session_too(analysed: Analyse, made: PublishingSession) -> None:
    chat = (ChatLine(at_s=1.0, participant_id="p2", text="please stop recording"),)
    stop = analysed(session=replace(made.session, chat=chat))
    assert isinstance(stop, Held) and "line 1 of the chat" in stop.reason


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "de", "language_probability": 0.98},
        {"language_probability": 0.3},
        {"other_language_s": 90.0, "speech_s": 200.0},
    ],
)
def test_a_language_in_which_names_cannot_be_found_waits_for_a_person(
    analysed: Analyse, made: PublishingSession, fields: TranscriptFields
) -> None:
    stop = analysed(**fields)
    assert isinstance(stop, Pending)
    (hold,) = list_holds(made.workspace, "s1")
    assert hold.hold_id.startswith("language-") and hold.hold_id in stop.action
    lift(made.workspace, hold.hold_id)
    assert isinstance(analysed(**fields), AnalysedSession)


def test_a_decision_about_one_language_or_place_holds_for_no_other(analysed: Analyse, made: PublishingSession) -> None:
    analysed(language="de")
    lift(made.workspace, "language-de")
    assert isinstance(analysed(language="fr"), Pending)
    both = analysed("please stop the recording", language="de")
    assert isinstance(both, Held)


def test_where_captions_and_a_named_voice_differ_a_person_is_asked_and_nothing_stops(
    analysed: Analyse, made: PublishingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = ((0.0, 10.0, "p1"), (10.0, 20.0, "p2"), (20.0, 30.0, "p1"), (30.0, 60.0, "p2"))
    voices = NamedVoices(
        turns=tuple(NamedTurn(start_s=start_s, end_s=end_s, participant_id=who) for start_s, end_s, who in turns),
        overlaps=(),
    )
    mixed = replace(made.session.tracks[0], participant_id=None, duration_s=60.0)
    session = replace(
        made.session,
        tracks=(mixed,),
        duration_s=60.0,
        captions=(
            Cue(start_s=0.0, end_s=30.0, participant_id="p1", text="one"),
            Cue(start_s=30.0, end_s=60.0, participant_id="p2", text="two"),
        ),
    )
    assert isinstance(analysed(session=session), AnalysedSession)
    assert list_holds(made.workspace, "s1") == ()
    monkeypatch.setattr(consent, "working_session", lambda session, **_: replace(session, voices=voices))
    assert isinstance(analysed(session=session), AnalysedSession)
    (question,) = list_holds(made.workspace, "s1")
    # The captions' times were not measured, and may be 3 s off; a voice's half a second.
    assert question.hold_id == "speakers-p1-p2" and "for 9 s in 1 place, first at 0:00:10" in question.reason
    (line,) = open_questions(made.workspace, [session])
    assert line.startswith("s1: captions name p1 where the voice is that of p2") and "review holds s1" in line
    lift(made.workspace, "speakers-p1-p2")
    assert list(open_questions(made.workspace, [session])) == []


def test_a_hold_is_lifted_by_its_name_with_a_reason(analysed: Analyse, made: PublishingSession) -> None:
    with pytest.raises(UsageProblem, match="no session with that id"):
        list_holds(made.workspace, "s1")
    analysed("please stop the recording")
    with pytest.raises(UsageProblem, match="no such hold"):
        lift(made.workspace, "language-de")
    with pytest.raises(UsageProblem):
        lift_holds(made.workspace, "s1", ["objection-0-00-00"], actor="ana", reason=" ")
    root = str(made.workspace.root)
    done = CliRunner().invoke(main, ["review", "holds", "s1", "-w", root, "--json"])
    assert done.exit_code == 0 and "objection-0-00-00" in done.output
    options = ["--by", "ana", "--reason", "a product question", "-w", root]
    done = CliRunner().invoke(main, ["review", "lift", "s1", "objection-0-00-00", *options])
    assert done.exit_code == 0 and "0 holds are left" in done.output


@pytest.mark.skipif(encoder_name() != "minilm", reason="the sentence model is not pulled")
def test_a_sentence_model_that_was_pulled_since_looks_for_secrets_in_what_was_looked_at(
    analysed: Analyse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def secrets() -> list[str]:
        result = analysed("It hasn't passed my lips before, we are closing.")
        assert isinstance(result, AnalysedSession)
        findings = [finding for proposal in result.review_state.proposals for finding in proposal.findings]
        return [finding.rule for finding in findings if finding.rule == "said to be secret"]

    folder = models.folder
    with monkeypatch.context() as before:
        before.setattr(
            models, "folder", lambda model: tmp_path / "none" if model.name == embeddings.MODEL else folder(model)
        )
        assert secrets() == []
    assert secrets()
