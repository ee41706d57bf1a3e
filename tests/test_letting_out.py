"""What gets out, what stays out, and that nothing ever shows what was hidden before unless a person says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline import verify
from pipeline.case import Case, Proposed
from pipeline.consent import log_head
from pipeline.errors import UsageProblem
from pipeline.letting_out import Let, Wish, approve, let_out
from pipeline.proof import read_manifest
from pipeline.proof.reprove import prove
from pipeline.records import (
    Audience,
    Cell,
    Context,
    Decision,
    Finding,
    Interval,
    Outcome,
    Pending,
    Purpose,
    Ruling,
    Session,
    SoundPlace,
    Transcript,
    Verdict,
)
from pipeline.review import propose
from pipeline.store import Workspace, releases
from tests.media.making import ffmpeg as run_ffmpeg
from tests.media.making import tone
from tests.render.making import LENGTH_S, TRANSCRIPT, sound
from tests.render.making import session as made_session

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WISH = Wish(actor="lead@example.com", reason="the customer agreed to the date")
AUDIENCES = (Audience.INTERNAL, Audience.PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeRuling(Ruling):
    def _made_by_consent(self) -> None: ...


def found(entity: str, words: tuple[int, int]) -> Finding:
    said = TRANSCRIPT.words[slice(*words)]
    place = SoundPlace(
        track_id="t1", start_s=said[0].start_s, end_s=said[-1].end_s, time_uncertainty_s=0.0, words=words
    )
    text = " ".join(word.text for word in said)
    return Finding(
        finding_id=f"f-{entity}", entity=entity, label="TERM", text=text, rule="known term", score=0.9, place=place
    )


FALCON, CALL = found("term:falcon secret", (3, 5)), found("term:call", (1, 2))


class Desk:
    """One session in a workspace, let out again and again as what is found and decided changes."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.create(folder / "ws")
        digests = {}
        for name, source in (("priya", tone()), ("sam", tone(2.3, 2.6, hz=300))):
            run_ffmpeg(*source, "-f", "wav", folder / name)
            digests[name] = self.workspace.vault.seal(folder / name, kind="media").digest
        blank = made_session()
        tracks = tuple(replace(track, digest=digests[track.digest]) for track in blank.tracks)
        self.session: Session = replace(blank, tracks=tracks, title="office hour", chat=())
        self.findings: tuple[Finding, ...] = (FALCON, CALL)
        self.kept: tuple[str, ...] = ()
        self.removed: frozenset[str] = frozenset()

    @property
    def ruling(self) -> Ruling:
        whole = Interval(start_s=0.0, end_s=LENGTH_S)
        cells = tuple(
            Cell(
                participant_id=who,
                interval=whole,
                purpose=purpose,
                outcome=Outcome.MINUS if who in self.removed else Outcome.PROCEED,
                rule_id="U1",
                reason="test",
                evidence=("evt_1", "roster_" + "9" * 64),
            )
            for who in ("p1", "p2")
            for purpose in (Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
        )
        return HandMadeRuling(
            session_id="s1",
            cells=cells,
            log_head=log_head(self.workspace),
            valid_until=datetime(2099, 1, 1, tzinfo=UTC),
            duration_s=LENGTH_S,
        )

    def let(self, audience: Audience = Audience.INTERNAL, *, wish: Wish | None = None) -> Let:
        case = Case(session=self.session, workspace=self.workspace, ruling=self.ruling, context=Context(), now=NOW)
        proposals = propose("s1", self.findings)
        decided = tuple(
            Decision(
                proposal_id=one.proposal_id,
                verdict=Verdict.KEEP if one.entity in self.kept else Verdict.REDACT,
                actor="ann",
                reason="test",
                decided_at=NOW,
            )
            for one in proposals
        )
        proposed = Proposed(proposals=proposals, decisions=decided, signed_off_by="lead")
        return let_out(case, self.transcript, proposed, audience, wish=wish)

    @property
    def transcript(self) -> Transcript:
        return replace(TRANSCRIPT, words=tuple(word for word in TRANSCRIPT.words))

    def out(self, audience: Audience = Audience.INTERNAL) -> str | None:
        path = self.workspace.out / "s1" / audience / "transcript.txt"
        return path.read_text("utf-8") if path.exists() else None

    def approve(self, audience: Audience = Audience.INTERNAL) -> None:
        approve(self.workspace, "s1", audience, wish=WISH, now=NOW)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setattr("pipeline.case.consent.rule", lambda *_, **__: made.ruling)
    monkeypatch.setattr("pipeline.letting_out.speech.listen", lambda *_, **__: [])
    return made


def stopped(let: Let) -> str:
    assert isinstance(let.stop, Pending), let
    return let.stop.reason


def test_a_rendition_and_its_proof_are_anchored_in_the_ledger(desk: Desk) -> None:
    made = desk.let().out
    assert made is not None
    folder = desk.workspace.out / made.folder
    told = read_manifest(folder / "proof.json")
    assert told is not None and told.entry == "s1-internal-1"
    noted = json.loads(desk.workspace.ledger.body("released", told.entry) or "{}")
    assert noted["proof"] == {file.name: file.digest for file in made.files}["proof.json"]
    assert told.consents["log"] == (log_head(desk.workspace),)
    assert "evt_1" in told.consents["relied on"]
    text = (folder / "proof.json").read_text("utf-8")
    for secret in ("9" * 64, *(track.digest for track in desk.session.tracks), "lead", "falcon"):
        assert secret not in text
    assert prove(folder, public_key=desk.workspace.signer.public_key).verdict == "proved"
    assert desk.let().out == made, "what stands is not made again"
    assert verify._renditions(desk.workspace).ok
    (folder / "captions.vtt").write_text("WEBVTT\n")
    assert not verify._renditions(desk.workspace).ok


def test_an_earlier_rendition_put_back_is_noticed(desk: Desk, tmp_path: Path) -> None:
    desk.findings = (FALCON,)
    out = desk.workspace.out / "s1"
    desk.let()
    shutil.copytree(out / "internal", tmp_path / "earlier")
    desk.findings = (FALCON, CALL)
    assert desk.let().stop is None and verify._renditions(desk.workspace).ok
    shutil.copytree(out / "internal", tmp_path / "later")

    def put(folder: str, place: str) -> verify.Verified:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(tmp_path / folder, out / place)
        return verify._renditions(desk.workspace)

    assert put("later", "internal").ok
    assert not put("earlier", "internal").ok, "it shows what is hidden by now"
    assert not put("later", "public").ok, "it is not for the public"
    assert put("later", "internal").ok and desk.workspace.retract("s1", Audience.INTERNAL)
    assert not put("later", "internal").ok, "it was taken back"
    (desk.workspace.out / "notes.txt").write_text("falcon")
    assert "notes.txt" in verify._renditions(desk.workspace).found


def test_what_is_found_no_more_stays_hidden_until_a_person_says_so(desk: Desk) -> None:
    desk.let()
    before = desk.out()
    desk.findings = (FALCON,)
    let = desk.let()
    assert "would show what an earlier one hides: " in stopped(let) and "windows (from" in stopped(let)
    assert let.out is not None and desk.out() == before, "the earlier rendition stays"
    with pytest.raises(UsageProblem, match="nothing of this session waits"):
        desk.approve(Audience.PUBLIC)
    desk.approve()
    again = desk.let()
    assert (again.stop, again.out is not None) == (None, True)
    assert desk.out() != before and "call" in (desk.out() or "")
    assert desk.let().stop is None
    desk.findings = ()
    assert "falcon" not in (desk.out() or "") and "windows (from" in stopped(desk.let())


def test_what_a_reviewer_kept_needs_no_second_word(desk: Desk) -> None:
    desk.let()
    desk.kept = ("term:call",)
    assert desk.let().stop is None
    assert "call" in (desk.out() or "")


def test_the_earlier_one_goes_where_it_shows_what_must_be_hidden_now(desk: Desk) -> None:
    desk.findings = (CALL,)
    desk.let()
    desk.findings = (FALCON,)
    let = desk.let()
    assert "windows (from" in stopped(let) and let.out is None
    assert desk.out() is None


def test_what_was_found_in_a_track_that_is_gone_stays_hidden_in_the_others(desk: Desk) -> None:
    desk.let()
    desk.session = replace(desk.session, tracks=desk.session.tracks[1:])
    desk.findings, desk.removed = (), frozenset({"p1"})
    made = desk.let()
    assert made.stop is None and made.out is not None
    told = read_manifest(desk.workspace.out / made.out.folder / "proof.json")
    assert told is not None and told.windows
    assert {reason for one in told.windows for reason in one.reasons} == {"hidden before a track went"}
    assert {one.track_id for one in told.windows} == {"t2"}


def test_a_removed_person_does_not_come_back_unasked(desk: Desk) -> None:
    desk.removed = frozenset({"p2"})
    desk.let()
    desk.removed = frozenset()
    assert "1 tracks, 1 people" in stopped(desk.let())
    assert "right" not in (desk.out() or "")


def test_nothing_goes_public_by_itself(desk: Desk) -> None:
    assert "nobody released it" in stopped(desk.let(Audience.PUBLIC))
    assert desk.let(Audience.PUBLIC, wish=WISH).stop is None
    assert desk.let(Audience.PUBLIC).stop is None, "the run keeps it up"
    desk.findings = (FALCON, CALL, found("term:now", (5, 6)))
    assert desk.let(Audience.PUBLIC).stop is None, "and makes it hide more"
    before = desk.out(Audience.PUBLIC)
    desk.kept = ("term:call",)
    let = desk.let(Audience.PUBLIC)
    assert "windows (from" in stopped(let) and desk.out(Audience.PUBLIC) == before
    assert desk.let(Audience.PUBLIC, wish=WISH).stop is None, "a person's release makes it show what a person kept"
    assert "call" in (desk.out(Audience.PUBLIC) or "")
    desk.workspace.retract("s1", Audience.PUBLIC)
    assert "nobody released it" in stopped(desk.let(Audience.PUBLIC)), "what was taken back is released anew"


def test_the_public_one_shows_nothing_that_the_internal_one_hides(desk: Desk) -> None:
    desk.let()
    desk.findings = (FALCON,)
    let = desk.let(Audience.PUBLIC, wish=WISH)
    assert "the public rendition would show what an earlier one hides" in stopped(let)
    assert desk.out(Audience.PUBLIC) is None


def test_public_minus_internal_does_not_give_the_name(desk: Desk) -> None:
    """Whoever has both files and takes one from the other gets nothing of what is hidden in either."""
    desk.let()
    desk.let(Audience.PUBLIC, wish=WISH)
    folders = [desk.workspace.out / "s1" / audience for audience in AUDIENCES]
    internal, public = (sound(folder / "sound.m4a") for folder in folders)
    difference = internal[: len(public)] - public[: len(internal)]
    hidden = [read_manifest(folder / "proof.json") for folder in folders]
    spans = {(one.start_s, one.end_s) for told in hidden if told for one in told.windows}
    assert spans
    for start_s, end_s in spans:
        inside = difference[round((start_s + 0.05) * 48_000) : round((end_s - 0.05) * 48_000)]
        assert float(np.abs(inside).max(initial=0.0)) < 1e-3


def test_a_kill_in_between_ends_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(releases, "record_publication", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.let(Audience.PUBLIC, wish=WISH)
    assert desk.let(Audience.PUBLIC, wish=WISH).stop is None
    released: Sequence[tuple[str, str]] = desk.workspace.ledger.under("released", "s1-public-")
    assert [key for key, _ in released] == ["s1-public-1"]
    assert verify._renditions(desk.workspace).ok
