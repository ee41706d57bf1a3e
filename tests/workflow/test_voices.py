"""Voices of mixed sound are put to a person and named by them; without a name nothing is open that was not."""

from __future__ import annotations

import json
import shutil
import wave
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import TypedDict

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import consent, diarization, ingest
from pipeline.cli import main
from pipeline.consent.answers.importer import import_answers
from pipeline.errors import ConfigurationError, RefusedByPolicy, UsageProblem
from pipeline.records import Diarization, Held, Interval, Outcome, Purpose, Ruling, Session, Stop, VoiceTurn
from pipeline.reports.warnings import warnings
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry
from pipeline.store.voices import VoiceAct, VoiceName
from pipeline.workflow.kept_voice_names import keep_names, same_voices
from pipeline.workflow.state_key import state_keys
from pipeline.workflow.voice_count import count_voices, voice_questions
from pipeline.workflow.voices import UNLISTED, list_voices, lost_with, name_voice, unname_voice, voice_names
from tests.clock import NIGHT as NOW
from tests.end_to_end.conftest import SAMPLES, SESSIONS

FOLDER = "2026-11-18-d-refused-mixed"
REFUSER, PETER, HANNAH = "p3", "p2", "p1"


class Said(TypedDict):
    """Who says whose voice it is, why and when."""

    actor: str
    reason: str
    now: datetime


SAID: Said = {"actor": "ann", "reason": "she says her name", "now": NOW}


def turns(*spoken: tuple[float, float, int]) -> tuple[VoiceTurn, ...]:
    return tuple(VoiceTurn(start_s=start, end_s=end, cluster=cluster) for start, end, cluster in spoken)


TOLD = Diarization(
    version=diarization.VERSION,
    turns=turns((0.5, 10.0, 1), (10.0, 20.0, 2), (20.2, 30.0, 3), (30.0, 40.0, 1)),
    overlaps=(Interval(start_s=35.0, end_s=36.0),),
    speech_s=39.0,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Session]:
    """A workspace with the session in mixed sound, its voices told apart by hand."""
    root = tmp_path_factory.mktemp("voices") / "ws"
    workspace = Workspace.create(root, '[speech]\nengine = "sphinx"\n')
    import_answers(SAMPLES / "consent.csv", SAMPLES / "consent-form.toml", workspace=workspace, now=NOW)
    session = ingest.ingest(SESSIONS / FOLDER, workspace=workspace)
    assert isinstance(session, Session)
    Registry(workspace.db).take(SESSIONS / FOLDER, "0", session)
    voices.put(workspace.stages, session, TOLD)
    workspace.db.dispose()
    return root, session


@pytest.fixture
def workspace(made: tuple[Path, Session], tmp_path: Path) -> Workspace:
    return Workspace.open(shutil.copytree(made[0], tmp_path / "ws"))


@pytest.fixture
def session(made: tuple[Path, Session]) -> Session:
    return made[1]


def ruled(workspace: Workspace, session: Session) -> Ruling | Stop:
    return consent.rule(session, workspace=workspace, now=NOW)


def test_voices_that_nobody_named_change_nothing(workspace: Workspace, session: Session) -> None:
    assert isinstance(ruled(workspace, session), Held)
    assert consent.working_session(session, workspace=workspace).voices is None
    lines = list_voices(workspace, session.session_id, now=NOW)
    assert [(line.cluster, line.seconds, line.turns, line.participant) for line in lines] == [
        (1, 19.5, 2, ""),
        (2, 10.0, 1, ""),
        (3, 9.8, 1, ""),
    ]
    # With voice 2 goes half a second of its neighbours, and the overlap of two others.
    assert [line.others_lost_s for line in lines] == [pytest.approx(1.0), pytest.approx(1.8), pytest.approx(1.8)]


def test_what_may_be_an_unnamed_voice_is_of_nobody_known(workspace: Workspace, session: Session) -> None:
    """A doubtful part has the name of the voice that it may be; where that voice has none it closes for everybody."""
    doubted = replace(TOLD, doubtful=turns((2.0, 3.0, 2), (12.0, 13.0, 1)))
    voices.put(workspace.stages, session, doubted)
    name_voice(workspace, session.session_id, 1, HANNAH, **SAID)
    named = consent.working_session(session, workspace=workspace).voices
    assert named is not None
    assert [(turn.start_s, turn.participant_id) for turn in named.doubtful] == [(2.0, None), (12.0, HANNAH)]
    lines = {line.cluster: line.others_lost_s for line in list_voices(workspace, session.session_id, now=NOW)}
    assert lines == {1: pytest.approx(2.0), 2: pytest.approx(2.8), 3: pytest.approx(1.8)}


def test_a_refuser_is_taken_out_once_her_voice_is_named(workspace: Workspace, session: Session) -> None:
    name_voice(workspace, session.session_id, 1, HANNAH, **SAID)
    assert isinstance(ruled(workspace, session), Held)
    assert lost_with(workspace, session.session_id, 2, REFUSER, now=NOW) == pytest.approx(1.8)
    assert lost_with(workspace, session.session_id, 2, PETER, now=NOW) == 0.0
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    ruling = ruled(workspace, session)
    assert isinstance(ruling, Ruling)
    assert {outcome for _, outcome in ruling.spans(Purpose.TRANSCRIBE, REFUSER)} == {Outcome.MINUS}
    unname_voice(workspace, session.session_id, 2, **SAID)
    assert isinstance(ruled(workspace, session), Held)


def test_a_voice_of_nobody_on_the_list_holds_the_session(workspace: Workspace, session: Session) -> None:
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    assert isinstance(ruled(workspace, session), Ruling)
    name_voice(workspace, session.session_id, 3, None, **SAID)
    stop = ruled(workspace, session)
    assert isinstance(stop, Held) and "L1" in stop.reason
    assert list_voices(workspace, session.session_id, now=NOW)[2].participant == UNLISTED


def test_a_voice_of_nobody_on_the_list_holds_it_also_where_voices_are_told_apart_no_more(
    workspace: Workspace, session: Session
) -> None:
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    name_voice(workspace, session.session_id, 3, None, **SAID)
    for path in workspace.stages.root.glob(f"{voices.STAGE}/*"):
        workspace.stages.drop(path)
    told = consent.working_session(session, workspace=workspace).voices
    assert told is not None and told.unlisted and not told.turns
    stop = ruled(workspace, session)
    assert isinstance(stop, Held) and "unknown L1" in stop.reason
    # Told apart otherwise, the names say nothing; that somebody else speaks still holds until a person names anew.
    voices.put(workspace.stages, session, replace(TOLD, speech_s=38.0))
    stop = ruled(workspace, session)
    assert isinstance(stop, Held) and "unknown L1" in stop.reason
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    assert isinstance(ruled(workspace, session), Ruling)


def test_a_session_is_due_whose_named_voices_are_told_apart_otherwise(workspace: Workspace, session: Session) -> None:
    def key() -> str:
        return state_keys(workspace, Registry(workspace.db), on=NOW.date())[session.session_id]

    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    before = key()
    assert key() == before
    voices.put(workspace.stages, session, replace(TOLD, speech_s=38.0))
    otherwise = key()
    assert otherwise != before, "the names that she was taken out by say nothing any more"
    for path in workspace.stages.root.glob(f"{voices.STAGE}/*"):
        workspace.stages.drop(path)
    assert key() not in (before, otherwise)


def test_whoever_takes_it_back_opens_what_a_voice_of_nobody_on_the_list_held(
    workspace: Workspace, session: Session
) -> None:
    name_voice(workspace, session.session_id, 3, None, **SAID)
    unname_voice(workspace, session.session_id, 3, **SAID)
    voices.put(workspace.stages, session, replace(TOLD, speech_s=38.0))
    assert consent.working_session(session, workspace=workspace).voices is None


def test_names_count_for_the_voices_that_were_heard_alone(workspace: Workspace, session: Session) -> None:
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    voices.put(workspace.stages, session, replace(TOLD, turns=TOLD.turns[:-1]))
    assert isinstance(ruled(workspace, session), Held)
    voices.put(workspace.stages, session, TOLD)
    assert isinstance(ruled(workspace, session), Ruling)
    workspace.stages.drop(workspace.stages.files()[0])
    assert isinstance(ruled(workspace, session), Held)
    other = replace(session, tracks=tuple(replace(track, digest="f" * 64) for track in session.tracks))
    assert voices.stored(workspace.stages, other) is None


def test_the_next_run_is_about_a_session_whose_voices_were_named(workspace: Workspace, session: Session) -> None:
    def key() -> str:
        return state_keys(workspace, Registry(workspace.db), on=NOW.date())[session.session_id]

    before = key()
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    assert key() != before


LATER = replace(
    TOLD,
    version="later",
    turns=turns((0.5, 10.1, 2), (10.1, 20.0, 1), (20.2, 27.0, 3), (27.0, 29.8, 4), (30.0, 40.0, 2)),
)
"""The voices of ``TOLD`` as another version numbers them: the first two the same turns, of the third some are gone."""


def told_again(workspace: Workspace, session: Session, now: Diarization = LATER) -> dict[int, str]:
    """Tells the voices apart with another version, as its next run does; gives who they are by then."""
    before = voices.stored(workspace.stages, session)
    assert before is not None
    keep_names(workspace, session.session_id, before, now)
    voices.put(workspace.stages, session, now)
    told = consent.working_session(session, workspace=workspace)
    return {number: name.participant_id for number, name in voice_names(workspace, told, now).items()}


def test_a_name_holds_of_the_same_turns_where_voices_are_told_apart_otherwise(
    workspace: Workspace, session: Session
) -> None:
    name_voice(workspace, session.session_id, 1, HANNAH, **SAID)
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    name_voice(workspace, session.session_id, 3, PETER, **SAID)
    assert told_again(workspace, session) == {1: REFUSER, 2: HANNAH}
    assert isinstance(ruled(workspace, session), Ruling)
    told = consent.working_session(session, workspace=workspace).voices
    assert told is not None and [turn.participant_id for turn in told.turns] == [HANNAH, REFUSER, None, None, HANNAH]
    kept = voices.latest_names(workspace.db, session.session_id, voices.mark_of(LATER))
    assert {name.actor for name in kept.values()} == {"ann"}


def test_voices_of_another_version_are_told_apart_again_and_keep_their_names(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, now = replace(TOLD, version="1"), replace(LATER, version=diarization.VERSION)
    voices.put(workspace.stages, session, earlier)
    said, mark = VoiceName(cluster=2, participant_id="", actor="ann"), voices.mark_of(earlier)
    voices.record(workspace.db, session.session_id, mark, VoiceAct.UNLISTED, said, reason="by ear")
    monkeypatch.setattr("pipeline.diarization.load_models", lambda: None)
    monkeypatch.setattr("pipeline.diarization.diarize", lambda *_, **__: now)
    lines = list_voices(workspace, session.session_id, now=NOW)
    assert [(line.cluster, line.participant) for line in lines if line.participant] == [(1, UNLISTED)]
    assert isinstance(ruled(workspace, session), Held)


def test_who_has_a_voice_that_is_not_the_same_any_more_is_asked_about_with_all_of_theirs(
    workspace: Workspace, session: Session
) -> None:
    """What of hers is another's by now would stay if the voice that is the same had her name."""
    for voice, who in ((1, HANNAH), (2, REFUSER), (3, REFUSER)):
        name_voice(workspace, session.session_id, voice, who, **SAID)
    assert told_again(workspace, session) == {2: HANNAH}
    assert isinstance(ruled(workspace, session), Held)


def test_nothing_is_kept_where_a_voice_of_nobody_on_the_list_is_not_the_same_any_more(
    workspace: Workspace, session: Session
) -> None:
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    name_voice(workspace, session.session_id, 3, None, **SAID)
    assert told_again(workspace, session) == {}
    stop = ruled(workspace, session)
    assert isinstance(stop, Held) and "unknown L1" in stop.reason


def test_a_voice_of_nobody_on_the_list_holds_as_the_same_turns_too(workspace: Workspace, session: Session) -> None:
    name_voice(workspace, session.session_id, 1, None, **SAID)
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    assert told_again(workspace, session) == {1: REFUSER, 2: ""}
    assert isinstance(ruled(workspace, session), Held)


def test_names_are_kept_once_and_only_of_the_voices_that_were_named_last(
    workspace: Workspace, session: Session
) -> None:
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    keep_names(workspace, session.session_id, TOLD, LATER)  # as before a kill: the turns are still those of before
    assert isinstance(ruled(workspace, session), Ruling)
    before = voices.heads(workspace.db)
    assert told_again(workspace, session) == {1: REFUSER}
    assert voices.heads(workspace.db) == before
    assert told_again(workspace, session, replace(TOLD, version="still later")) == {2: REFUSER}
    keep_names(workspace, session.session_id, TOLD, replace(LATER, version="of those before"))
    assert not voices.latest_names(
        workspace.db, session.session_id, voices.mark_of(replace(LATER, version="of those before"))
    )


def test_a_name_is_of_the_person_and_not_of_who_has_the_number_by_now(workspace: Workspace, session: Session) -> None:
    """Whoever writes the list in another order gives people other ids: the refuser's voice must not become Peter's."""
    name_voice(workspace, session.session_id, 2, REFUSER, **SAID)
    name_voice(workspace, session.session_id, 3, PETER, **SAID)
    assert isinstance(ruled(workspace, session), Ruling)
    first, peter, refuser = session.participants
    others = (first, replace(refuser, participant_id=PETER), replace(peter, participant_id=REFUSER))
    swapped = replace(session, participants=others)
    Registry(workspace.db).rewrite(swapped)
    told = consent.working_session(swapped, workspace=workspace).voices
    assert told is None
    assert isinstance(ruled(workspace, swapped), Held)
    assert [line.participant for line in list_voices(workspace, session.session_id, now=NOW)] == ["", "", ""]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.floats(0.1, 9.0)), min_size=1, max_size=12))
def test_voices_are_the_same_one_to_one(parts: list[tuple[int, int, float]]) -> None:
    """Stretches of speech, each with its voice before and now."""
    ends = list(accumulate(length for *_, length in parts))
    starts = [0.0, *ends[:-1]]
    times = list(zip(starts, ends, parts, strict=True))
    before = replace(TOLD, turns=turns(*((at, end, part[0]) for at, end, part in times)))
    now = replace(TOLD, turns=turns(*((at, end, part[1]) for at, end, part in times)))
    same = same_voices(before, now)
    assert len(set(same.values())) == len(same)
    for first, second in same.items():
        both = sum(length for one, other, length in parts if (one, other) == (first, second))
        either = sum(length for one, other, length in parts if one == first or other == second)
        assert both >= 0.79 * either
    assert same_voices(before, before) == {cluster: cluster for cluster in before.clusters}


@pytest.mark.parametrize(
    ("cluster", "who", "said"),
    [(9, PETER, SAID), (1, "p9", SAID), (1, PETER, {**SAID, "actor": " "}), (1, PETER, {**SAID, "reason": ""})],
    ids=["no such voice", "no such participant", "no actor", "no reason"],
)
def test_what_cannot_be_named_is_refused_and_nothing_is_kept(
    workspace: Workspace, session: Session, cluster: int, who: str, said: Said
) -> None:
    with pytest.raises(UsageProblem):
        name_voice(workspace, session.session_id, cluster, who, **said)
    with pytest.raises(UsageProblem):
        unname_voice(workspace, session.session_id, 1, **SAID)
    assert voices.heads(workspace.db) == {}


def test_without_the_model_the_feature_says_so(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "none"))
    workspace.stages.drop(workspace.stages.files()[0])
    with pytest.raises(ConfigurationError, match="voices is not on this machine") as caught:
        list_voices(workspace, session.session_id, now=NOW)
    assert caught.value.action == "run `offrecord models pull voices`"


def test_nobody_listens_where_nobody_may_be_recorded(tmp_path: Path, session: Session) -> None:
    empty = Workspace.create(tmp_path / "empty")
    told = ingest.ingest(SESSIONS / FOLDER, workspace=empty)
    assert isinstance(told, Session)
    nobody = replace(told, participants=tuple(replace(each, role=each.role.UNKNOWN) for each in told.participants))
    Registry(empty.db).take(SESSIONS / FOLDER, "0", nobody)
    with pytest.raises(RefusedByPolicy, match="nobody"):
        list_voices(empty, told.session_id, now=NOW)


def test_the_commands_write_clips_ask_before_others_are_lost_and_keep_who_it_is(
    workspace: Workspace, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.voices.now", lambda: NOW)
    at = ("--workspace", str(workspace.root))
    said = (*at, "--by", "ann", "--reason", "by ear")
    listed = CliRunner().invoke(
        main, ["review", "voices", session.session_id, "--out", str(tmp_path / "c"), "--json", *at]
    )
    assert listed.exit_code == 0, listed.output
    with wave.open(str(tmp_path / "c" / json.loads(listed.stdout)[0]["file"])) as clip:
        sound = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
        assert clip.getframerate() == 16_000 and 3 < len(sound) / 16_000 < 6 and np.abs(sound).max() > 1000
    assert len(workspace.ledger.under("listen", session.session_id)) == 1
    command = ["review", "name-voice", session.session_id, "2", REFUSER, *said]
    refused = CliRunner().invoke(main, command, input="n\n")
    assert refused.exit_code != 0 and "1.8 s of what others say" in refused.output
    assert voices.heads(workspace.db) == {}
    assert CliRunner().invoke(main, [*command, "--yes"]).exit_code == 0
    assert CliRunner().invoke(main, ["review", "name-voice", session.session_id, "1", *said]).exit_code == 2
    assert (
        CliRunner().invoke(main, ["review", "name-voice", session.session_id, "1", "--unlisted", *said]).exit_code == 0
    )
    assert CliRunner().invoke(main, ["review", "name-voice", session.session_id, "1", "--undo", *said]).exit_code == 0
    assert list(voices.latest_names(workspace.db, session.session_id, voices.mark_of(TOLD))) == [2]


def test_one_key_for_each_voice_names_it_and_a_loss_is_asked_about(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.voices.now", lambda: NOW)
    command = ["review", "voices", session.session_id, "--by", "ann", "--workspace", str(workspace.root)]
    done = CliRunner().invoke(main, command, input="x\n1\n3\ny\n2\n")
    assert done.exit_code == 0 and "named 3 of 3" in done.output and "1.8 s" in done.output, done.output
    named = voices.latest_names(workspace.db, session.session_id, voices.mark_of(TOLD))
    assert {number: name.participant_id for number, name in named.items()} == {1: HANNAH, 2: REFUSER, 3: PETER}
    assert "named 0 of 0" in CliRunner().invoke(main, command).output


def test_more_voices_than_people_and_a_second_voice_on_a_track_are_asked_about(
    workspace: Workspace, session: Session
) -> None:
    assert list(voice_questions(workspace, [session])) == []
    voices.put(workspace.stages, session, replace(TOLD, turns=(*TOLD.turns, *turns((40.0, 40.5, 4)))))
    (question,) = voice_questions(workspace, [session])
    assert question.startswith(f"{session.session_id}: 4 voices") and "3 people" in question
    assert isinstance(ruled(workspace, session), Held)
    own = replace(session, tracks=tuple(replace(track, participant_id=PETER) for track in session.tracks))
    voices.put(workspace.stages, own, replace(TOLD, turns=turns((0.0, 20.0, 1), (21.0, 26.0, 2))), own.tracks)
    assert list(voice_questions(workspace, [own])) == []
    voices.put(workspace.stages, own, replace(TOLD, turns=turns((0.0, 20.0, 1), (21.0, 28.0, 2))), own.tracks)
    (question,) = voice_questions(workspace, [own])
    assert f"the track of {PETER} for 7 s" in question


def test_a_run_counts_voices_where_settings_ask_and_the_report_says_where_it_cannot(
    workspace: Workspace, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "none"))
    asked = workspace.settings.run.model_copy(update={"count_voices": True})
    assert not [line for line in warnings(workspace, NOW) if "models pull voices" in line]
    workspace.settings = workspace.settings.model_copy(update={"run": asked})
    assert [line for line in warnings(workspace, NOW) if "models pull voices" in line]
    count_voices(workspace, session, ruled(workspace, session), now=NOW)
