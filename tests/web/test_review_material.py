"""What a reviewer sees and hears: as long as consent is what it was, and silent where nobody may listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.media import decode
from pipeline.records import Audience, SoundPlace, Track, Verdict
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.workflow import review_actions, review_edits
from pipeline.workflow.review_audio import audio_piece
from pipeline.workflow.review_material import ReviewSession, open_review
from pipeline.workflow.review_views import Decided, proposal_views, taken_out, turn_views
from tests.clock import now
from tests.web.making import session_id_of, withdraw_transcription

NOTHING = Decided(decisions=(), flags={}, versions={}, edit_versions={})


@pytest.fixture
def opened(workspace: Workspace) -> ReviewSession:
    return open_review(workspace, session_id_of(workspace), now=now())


def loudness(content: bytes, folder: Path, start_s: float, end_s: float) -> float:
    path = folder / "piece.ogg"
    path.write_bytes(content)
    samples = np.concatenate(list(decode(path, stream=0, rate=48_000, channels=1)))[:, 0]
    return float(np.abs(samples[int(start_s * 48_000) : int(end_s * 48_000)]).max(initial=0.0))


def test_a_withdrawal_closes_the_review_at_once(workspace: Workspace, opened: ReviewSession) -> None:
    withdraw_transcription(workspace)
    with pytest.raises(RefusedByPolicy):
        open_review(workspace, session_id_of(workspace), now=now(), material=opened.material)


def test_what_was_never_analysed_cannot_be_reviewed(workspace: Workspace) -> None:
    workspace.stages.drop(workspace.stages.place("review", session_id_of(workspace)))
    with pytest.raises(UsageProblem):
        open_review(workspace, session_id_of(workspace), now=now())


def test_sound_is_silent_where_nobody_may_listen(workspace: Workspace, opened: ReviewSession, tmp_path: Path) -> None:
    heard = audio_piece(workspace, opened, start_s=1.0, end_s=5.0)
    assert loudness(heard, tmp_path, 1.0, 3.0) > 0.05
    closed = tuple((track.track_id, ((1.5, 4.5),)) for track in opened.session.tracks)
    shut = replace(opened, material=replace(opened.material, closed=closed))
    silent = audio_piece(workspace, shut, start_s=1.0, end_s=5.0)
    assert loudness(silent, tmp_path, 0.6, 3.4) < 0.001
    assert list(workspace.scratch.iterdir()) == [], "no piece of it is left on the disk"


def test_no_original_is_decrypted_to_be_played_silent(
    workspace: Workspace, opened: ReviewSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = opened.session.tracks
    played: list[str] = []

    def noted(_: Workspace, track: Track, *, length: int, **__: object) -> NDArray[np.float32]:
        played.append(track.track_id)
        return np.zeros(length, dtype=np.float32)

    monkeypatch.setattr("pipeline.workflow.review_audio.track_piece", noted)
    closed = ((first.track_id, ((0.0, 2.0), (2.0, 6.0))),)
    shut = replace(opened, material=replace(opened.material, closed=closed))
    audio_piece(workspace, shut, start_s=1.0, end_s=5.0)
    assert played == [track.track_id for track in others]
    audio_piece(workspace, shut, start_s=5.0, end_s=7.0)
    assert first.track_id in played, "the end of it may be heard"


def test_the_preview_mutes_what_is_not_kept(workspace: Workspace, opened: ReviewSession, tmp_path: Path) -> None:
    proposal = next(each for each in opened.proposals if each.entity == "person:hannah berg")
    place = proposal.findings[0].place
    assert isinstance(place, SoundPlace)
    span = (place.start_s - 0.5, place.end_s + 0.5)
    muted = audio_piece(workspace, opened, start_s=span[0], end_s=span[1], redacted=True)
    assert loudness(muted, tmp_path, 0.52, 0.48 + place.end_s - place.start_s) < 0.001


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, 2.0), (3.0, 3.0), (0.0, 500.0), (9999.0, 10000.0)])
def test_a_piece_outside_the_session_is_refused(
    workspace: Workspace, opened: ReviewSession, start_s: float, end_s: float
) -> None:
    if end_s == 500.0:
        opened = replace(opened, session=replace(opened.session, duration_s=600.0))
    with pytest.raises(UsageProblem):
        audio_piece(workspace, opened, start_s=start_s, end_s=end_s)


def test_a_text_is_masked_until_it_is_kept(workspace: Workspace, opened: ReviewSession) -> None:
    turns = turn_views(opened, NOTHING)
    said = " ".join(text for turn in turns for text in turn.texts)
    assert "welcome" in said and "hannah" not in said and "falcon" not in said
    views = proposal_views(opened, NOTHING, taken_out(opened, workspace.settings.redact))
    assert not any("hannah" in text for view in views for text in view.text)
    hannah = next(view for view in views if view.category == "PERSON")
    assert hannah.muted_s > 1.0 and hannah.words >= 3 and hannah.decision == "undecided"


def test_an_edit_is_seen_by_every_command_before_the_next_run(workspace: Workspace, opened: ReviewSession) -> None:
    zebra = next(word for word in opened.transcript.words if word.text == "zebra")
    assert review_edits.count_same_words(opened, zebra.track_id, zebra.start_s, zebra.end_s) == 2
    again = review_edits.add_finding(
        workspace,
        opened,
        track_id=zebra.track_id,
        start_s=zebra.start_s,
        end_s=zebra.end_s,
        label="TERM",
        actor="ana",
        reason="a code name",
        now=now(),
    )
    session_id = opened.session.session_id
    assert proposals_of(workspace, session_id) == again.proposals
    added = next(each for each in again.proposals if each.entity == "marked:zebra")
    assert len(added.findings) == 2
    (decision,) = decision_log.decisions(workspace.db, session_id)
    assert (decision.proposal_id, decision.verdict) == (added.proposal_id, Verdict.REDACT)


def test_what_is_undecided_is_submitted_as_redacted_after_a_confirmed_count(
    workspace: Workspace, opened: ReviewSession
) -> None:
    with pytest.raises(UsageProblem, match="undecided, not 1"):
        review_edits.submit(workspace, opened, undecided=1, actor="ana")
    count = review_edits.submit(workspace, opened, undecided=len(opened.proposals), actor="ana")
    decisions = decision_log.decisions(workspace.db, opened.session.session_id)
    assert count == len(decisions) and {each.verdict for each in decisions} == {Verdict.REDACT}


def test_a_second_person_signs_off_where_policy_says_so(with_settings: Callable[[str], Workspace]) -> None:
    workspace = with_settings("[review]\nsecond_person = true\n")
    session_id = session_id_of(workspace)
    opened = open_review(workspace, session_id, now=now())
    review_edits.submit(workspace, opened, undecided=len(opened.proposals), actor="ana")
    with pytest.raises(RefusedByPolicy, match="second person"):
        review_actions.sign_off(workspace, session_id, audience=Audience.PUBLIC, actor="ana")
    review_actions.sign_off(workspace, session_id, audience=Audience.PUBLIC, actor="lea")
    assert decision_log.signed_off_by(workspace.db, session_id, opened.proposals) == "lea"
