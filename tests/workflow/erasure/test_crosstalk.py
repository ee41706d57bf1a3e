"""A voice that is erased is found in the tracks that stay before its own track goes: afterwards nobody could."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline import consent
from pipeline.records import Audience, Context, Purpose, Ruling, Session, Track, Transcript, Word
from pipeline.review.consent_removals import BLEED, consent_removals
from pipeline.speech import closed
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import erasure
from pipeline.workflow.crosstalk import with_crosstalk
from pipeline.workflow.erasure import fingerprints
from pipeline.workflow.session_context import SessionContext
from tests.consent.conftest import ALL_YES, NOW, Files, file_answers, person, row, workspace
from tests.consent.conftest import session as session_of
from tests.proof.test_crosstalk import LENGTH_S, REFUSED, clip, spilled, write
from tests.workflow.erasure.test_erase import ANA, BO, leave

__all__ = ["file_answers", "workspace"]


def taken_in(workspace: Workspace, folder: Path) -> Session:
    """Ana and Bo on tracks of their own; some of Ana is heard on Bo's."""
    removed, stays = clip(REFUSED / "victor-stone.flac"), clip(REFUSED / "maria-lopez.flac")
    write(folder / "ana.wav", removed)
    write(folder / "bo.wav", spilled(stays, removed, share=0.05, late_s=0.1))
    sealed = [workspace.vault.seal(folder / f"{name}.wav", kind="media") for name in ("ana", "bo")]
    tracks = tuple(
        Track(track_id=f"t{n}", participant_id=f"p{n}", digest=one.digest, stream=0, duration_s=LENGTH_S)
        for n, one in enumerate(sealed, start=1)
    )
    people = (person(1, ANA, name="Ana Maria Ruiz"), person(2, BO, name="Bo Lindqvist"))
    meeting = session_of(*people, tracks=tracks, duration_s=LENGTH_S, sealed=tuple(sealed))
    Registry(workspace.db).take(folder / "inbox", "f", meeting)
    return meeting


def ruled(session: Session, workspace: Workspace) -> Ruling:
    ruling = consent.rule(session, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    return ruling


def word(at_s: float, text: str, *, track: str, by: str) -> Word:
    return Word(
        start_s=at_s,
        end_s=at_s + 0.1,
        time_uncertainty_s=0.0,
        text=text,
        probability=1.0,
        track_id=track,
        participant_id=by,
    )


def test_what_bled_is_closed_for_good_when_the_track_goes(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA, ALL_YES), row(BO, ALL_YES))
    before = taken_in(workspace, tmp_path)
    context = SessionContext(
        session=before, workspace=workspace, ruling=ruled(before, workspace), known=Context(), now=NOW
    )
    assert with_crosstalk(context, Purpose.TRANSCRIBE) is context, "nobody is taken out"
    leave(workspace)
    without = ruled(before, workspace)
    quiet = with_crosstalk(replace(context, ruling=without), Purpose.TRANSCRIBE).session
    assert {(crosstalk_span.track_id, crosstalk_span.of) for crosstalk_span in quiet.crosstalk} == {("t2", "t1")}
    texts = ("alpha", "bravo", "carol", "delta", "echo")
    start_s = quiet.crosstalk[0].start_s
    heard = tuple(
        word(start_s + n / 100, text, track=track, by=who)
        for track, who in (("t1", "p1"), ("t2", "p2"))
        for n, text in enumerate(texts)
    )
    runs = fingerprints.unique_runs(quiet, [Transcript(engine="by hand", words=heard)], frozenset({"p1"}))
    assert runs == {" ".join(texts)}, "heard through another's microphone it is still theirs alone"
    erasure.carry_out(workspace, now=NOW)
    after = Registry(workspace.db).session(before.session_id)
    assert [track.track_id for track in after.tracks] == ["t2"]
    assert after.crosstalk == quiet.crosstalk
    shut = dict(closed(after, without))["t2"]
    assert all(
        any(span.start_s <= crosstalk_span.start_s and crosstalk_span.end_s <= span.end_s for span in shut)
        for crosstalk_span in after.crosstalk
    )
    out = consent_removals(after, without, Transcript(engine="by hand", words=()), Audience.INTERNAL.purpose, pad_s=0.1)
    silent = {(window.start_s, window.end_s) for window in out.windows if window.reasons == (f"{BLEED} t1",)}
    assert silent == {(crosstalk_span.start_s, crosstalk_span.end_s) for crosstalk_span in after.crosstalk}
