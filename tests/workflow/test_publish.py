"""What gets out, what stays out, and that nothing ever shows what was hidden before unless a person says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.consent import log_head
from pipeline.errors import UsageProblem
from pipeline.proof import read_manifest
from pipeline.proof.reprove import prove
from pipeline.records import (
    Audience,
    Pending,
)
from pipeline.reports import verify
from pipeline.reports.check_result import CheckResult
from pipeline.store import releases
from pipeline.workflow.publish import PublishOutcome
from tests.render.making import sound
from tests.workflow.conftest import AUDIENCES, CALL, FALCON, REQUEST, PublishingSession, finding_of


def stopped(outcome: PublishOutcome) -> str:
    assert isinstance(outcome.stop, Pending), outcome
    return outcome.stop.reason


def test_a_rendition_and_its_proof_are_anchored_in_the_ledger(publishing: PublishingSession) -> None:
    rendition = publishing.publish().published
    assert rendition is not None
    folder = publishing.workspace.out / rendition.folder
    proof = read_manifest(folder / "proof.json")
    assert proof is not None and proof.entry == "s1-internal-1"
    noted = json.loads(publishing.workspace.ledger.body("released", proof.entry) or "{}")
    assert noted["proof"] == {file.name: file.digest for file in rendition.files}["proof.json"]
    assert proof.consents["log"] == (log_head(publishing.workspace),)
    assert "evt_1" in proof.consents["relied on"]
    text = (folder / "proof.json").read_text("utf-8")
    for secret in ("9" * 64, *(track.digest for track in publishing.session.tracks), "lead", "falcon"):
        assert secret not in text
    assert prove(folder, public_key=publishing.workspace.signer.public_key).verdict == "proved"
    assert publishing.publish().published == rendition, "what stands is not made again"
    assert verify._renditions(publishing.workspace).ok
    (folder / "captions.vtt").write_text("WEBVTT\n")
    assert not verify._renditions(publishing.workspace).ok


def test_an_earlier_rendition_put_back_is_noticed(publishing: PublishingSession, tmp_path: Path) -> None:
    publishing.findings = (FALCON,)
    out = publishing.workspace.out / "s1"
    publishing.publish()
    shutil.copytree(out / "internal", tmp_path / "earlier")
    publishing.findings = (FALCON, CALL)
    assert publishing.publish().stop is None and verify._renditions(publishing.workspace).ok
    shutil.copytree(out / "internal", tmp_path / "later")

    def put(folder: str, place: str) -> CheckResult:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(tmp_path / folder, out / place)
        return verify._renditions(publishing.workspace)

    assert put("later", "internal").ok
    assert not put("earlier", "internal").ok, "it shows what is hidden by now"
    assert not put("later", "public").ok, "it is not for the public"
    assert put("later", "internal").ok and publishing.workspace.retract("s1", Audience.INTERNAL)
    assert not put("later", "internal").ok, "it was taken back"
    (publishing.workspace.out / "notes.txt").write_text("falcon")
    assert "notes.txt" in verify._renditions(publishing.workspace).found


def test_what_is_found_no_more_stays_hidden_until_a_person_says_so(publishing: PublishingSession) -> None:
    publishing.publish()
    before = publishing.out()
    publishing.findings = (FALCON,)
    outcome = publishing.publish()
    assert "would show what an earlier one hides: " in stopped(outcome) and "windows (from" in stopped(outcome)
    assert outcome.published is not None and publishing.out() == before, "the earlier rendition stays"
    with pytest.raises(UsageProblem, match="waits for this approval"):
        publishing.approve(Audience.PUBLIC)
    publishing.approve()
    again = publishing.publish()
    assert (again.stop, again.published is not None) == (None, True)
    assert publishing.out() != before and "call" in (publishing.out() or "")
    assert publishing.publish().stop is None
    publishing.findings = ()
    assert "falcon" not in (publishing.out() or "") and "windows (from" in stopped(publishing.publish())


def test_what_a_reviewer_kept_needs_no_second_word(publishing: PublishingSession) -> None:
    publishing.publish()
    publishing.kept = ("term:call",)
    assert publishing.publish().stop is None
    assert "call" in (publishing.out() or "")


def test_the_earlier_one_goes_where_it_shows_what_must_be_hidden_now(publishing: PublishingSession) -> None:
    publishing.findings = (CALL,)
    publishing.publish()
    publishing.findings = (FALCON,)
    outcome = publishing.publish()
    assert "windows (from" in stopped(outcome) and outcome.published is None
    assert publishing.out() is None


def test_what_was_found_in_a_track_that_is_gone_stays_hidden_in_the_others(publishing: PublishingSession) -> None:
    publishing.publish()
    publishing.session = replace(publishing.session, tracks=publishing.session.tracks[1:])
    publishing.findings, publishing.removed = (), frozenset({"p1"})
    rendition = publishing.publish()
    assert rendition.stop is None and rendition.published is not None
    proof = read_manifest(publishing.workspace.out / rendition.published.folder / "proof.json")
    assert proof is not None and proof.windows
    assert {reason for window in proof.windows for reason in window.reasons} == {"hidden before a track went"}
    assert {window.track_id for window in proof.windows} == {"t2"}


def test_a_removed_person_does_not_come_back_unasked(publishing: PublishingSession) -> None:
    publishing.removed = frozenset({"p2"})
    publishing.publish()
    publishing.removed = frozenset()
    assert "1 track, 1 person" in stopped(publishing.publish())
    assert "right" not in (publishing.out() or "")


def test_nothing_goes_public_by_itself(publishing: PublishingSession) -> None:
    assert "but not released" in stopped(publishing.publish(Audience.PUBLIC))
    assert publishing.publish(Audience.PUBLIC, release_request=REQUEST).stop is None
    assert publishing.publish(Audience.PUBLIC).stop is None, "the run keeps it up"
    publishing.findings = (FALCON, CALL, finding_of("term:now", (5, 6)))
    assert publishing.publish(Audience.PUBLIC).stop is None, "and makes it hide more"
    before = publishing.out(Audience.PUBLIC)
    publishing.kept = ("term:call",)
    outcome = publishing.publish(Audience.PUBLIC)
    assert "windows (from" in stopped(outcome) and publishing.out(Audience.PUBLIC) == before
    assert publishing.publish(Audience.PUBLIC, release_request=REQUEST).stop is None, (
        "a person's release makes it show what a person kept"
    )
    assert "call" in (publishing.out(Audience.PUBLIC) or "")
    publishing.workspace.retract("s1", Audience.PUBLIC)
    assert "but not released" in stopped(publishing.publish(Audience.PUBLIC)), "what was taken back is released anew"


def test_the_public_one_shows_nothing_that_the_internal_one_hides(publishing: PublishingSession) -> None:
    publishing.publish()
    publishing.findings = (FALCON,)
    outcome = publishing.publish(Audience.PUBLIC, release_request=REQUEST)
    assert "the public rendition would show what an earlier one hides" in stopped(outcome)
    assert publishing.out(Audience.PUBLIC) is None


def test_public_minus_internal_does_not_give_the_name(publishing: PublishingSession) -> None:
    """Whoever has both files and takes one from the other gets nothing of what is hidden in either."""
    publishing.publish()
    publishing.publish(Audience.PUBLIC, release_request=REQUEST)
    folders = [publishing.workspace.out / "s1" / audience for audience in AUDIENCES]
    internal, public = (sound(folder / "sound.m4a") for folder in folders)
    difference = internal[: len(public)] - public[: len(internal)]
    hidden = [read_manifest(folder / "proof.json") for folder in folders]
    spans = {(window.start_s, window.end_s) for proof in hidden if proof for window in proof.windows}
    assert spans
    for start_s, end_s in spans:
        inside = difference[round((start_s + 0.05) * 48_000) : round((end_s - 0.05) * 48_000)]
        assert float(np.abs(inside).max(initial=0.0)) < 1e-3


def test_a_kill_in_between_ends_the_same(publishing: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(releases, "record_publication", killed)
        with pytest.raises(KeyboardInterrupt):
            publishing.publish(Audience.PUBLIC, release_request=REQUEST)
    assert publishing.publish(Audience.PUBLIC, release_request=REQUEST).stop is None
    released: Sequence[tuple[str, str]] = publishing.workspace.ledger.under("released", "s1-public-")
    assert [key for key, _ in released] == ["s1-public-1"]
    assert verify._renditions(publishing.workspace).ok
