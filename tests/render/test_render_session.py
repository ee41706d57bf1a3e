"""From a plan to a proved rendition; and every planted leak is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.media import probe
from pipeline.records import Failed, KeywordHit, Leak, PicturePlan, ProofVerdict, RedactionInterval, Rendition
from pipeline.render import render
from tests.media.making import SECRET
from tests.render.making import (
    LENGTH_S,
    RATE,
    TRANSCRIPT,
    Plan,
    Vault,
    hears_nothing,
    level_db,
    plan,
    session,
    sound,
)


def rendered(vault: Vault, scratch: Path, approved: Plan, *, video: bool = False, fill: str = "silence") -> Rendition:
    rendition = render(
        vault.sealed(session(video=video, tracks=not video)),
        approved,
        TRANSCRIPT,
        vault=vault,
        scratch=scratch,
        listen=hears_nothing,
        key="k" * 64,
        fill="tone" if fill == "tone" else "silence",
    )
    assert isinstance(rendition, Rendition), rendition
    return rendition


def everything(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_a_session_of_own_tracks(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path, plan())
    folder = tmp_path / rendition.folder
    assert rendition.folder == "s1/internal"
    assert [file.name for file in rendition.files] == [
        "captions.vtt",
        "chat.jsonl",
        "chat.txt",
        "proof.json",
        "sound.m4a",
        "transcript.jsonl",
        "transcript.txt",
    ]
    assert (folder / "transcript.txt").read_text() == (
        "[00:00:00] [person 1]: we call it [product 1] now\n[00:00:02] staff 1: right\n"
    )
    assert (folder / "chat.txt").read_text() == (
        "[00:00:01] [person 1]: see [product 1] & ask [person 1]\n[00:00:02] staff 1: thanks, [person 1]!\n"
    )
    heard = sound(folder / "sound.m4a")
    assert level_db(heard[round(1.0 * RATE) : round(2.0 * RATE)]) < -60
    assert level_db(heard[: round(0.9 * RATE)]) > -20
    for secret in (SECRET, SECRET.lower(), "Priya", "Raman", "priya"):
        assert secret.encode() not in everything(folder)


def test_only_the_window_of_one_track_is_silenced_and_others_go_on(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path, plan(windows=[RedactionInterval(start_s=0.95, end_s=2.05, track_id="t1")]))
    heard = sound(tmp_path / rendition.folder / "sound.m4a")[RATE : 2 * RATE, 0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert spectrum[300] > 1000 * spectrum[1000]


def test_a_removed_participant_leaves_no_trace(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path, plan(windows=[], keep=["t2"], removed=frozenset({"p1"})))
    folder = tmp_path / rendition.folder
    assert [turn.text for turn in rendition.turns] == ["right"]
    assert (folder / "chat.txt").read_text() == "[00:00:02] staff 1: thanks, [person 1]!\n"
    heard = sound(folder / "sound.m4a")[RATE : 2 * RATE, 0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert spectrum[300] > 1000 * spectrum[1000]


@pytest.mark.parametrize("keep_video", [True, False])
def test_every_leak_planted_in_a_video_is_gone(vault: Vault, tmp_path: Path, keep_video: bool) -> None:
    source = vault.path("video")
    assert source.read_bytes().count(SECRET.encode()) >= 4
    rendition = rendered(vault, tmp_path, plan(keep=["t1"], picture=PicturePlan() if keep_video else None), video=True)
    folder = tmp_path / rendition.folder
    name = "picture.mp4" if keep_video else "sound.m4a"
    found = probe(folder / name)
    assert [stream.kind for stream in found.streams] == (["video", "audio"] if keep_video else ["audio"])
    assert found.chapters == 0
    assert SECRET.encode() not in everything(folder)
    for edit_list in (True, False):
        heard = sound(folder / name, edit_list=edit_list)
        assert level_db(heard) < -60
        assert len(heard) / RATE == pytest.approx(LENGTH_S, abs=0.05)


def test_a_tone_replaces_and_is_not_mixed(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path, plan(keep=["t1"]), fill="tone")
    heard = sound(tmp_path / rendition.folder / "sound.m4a")[RATE : 2 * RATE, 0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert spectrum[440] > 1000 * spectrum[1000]


def test_the_same_inputs_give_the_same_bytes(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path / "one", plan(keep=["t1"], picture=PicturePlan()), video=True)
    two = rendered(vault, tmp_path / "two", plan(keep=["t1"], picture=PicturePlan()), video=True)
    assert rendition.files == two.files


def test_the_manifest_holds_no_secret_and_no_source_digest(vault: Vault, tmp_path: Path) -> None:
    rendition = rendered(vault, tmp_path, plan())
    text = (tmp_path / rendition.folder / "proof.json").read_text()
    assert '"verdict": "proved"' in text
    assert "0" * 64 not in text
    assert "proposal_ids" not in text


def test_what_is_heard_again_blocks(vault: Vault, tmp_path: Path) -> None:
    def hears(path: Path, terms: object, near: object) -> tuple[KeywordHit, ...]:
        assert near == [(0.95, 2.05)]
        return (KeywordHit(term=SECRET, track_id="", start_s=2.5, end_s=2.9, time_uncertainty_s=0.0, score=1.0),)

    rendition = render(
        vault.sealed(session()), plan(), TRANSCRIPT, vault=vault, scratch=tmp_path, listen=hears, key="k"
    )
    assert isinstance(rendition, Leak)
    assert rendition.failure.reason == "proof: leak at 2.5 s (listening again: 1 heard)"
    assert "review listen s1" in rendition.failure.action
    assert [(hit.term, hit.start_s) for hit in rendition.heard] == [(SECRET, 2.5)] and not rendition.read
    assert not (tmp_path / "s1" / "internal").exists()


def test_not_being_able_to_listen_blocks(vault: Vault, tmp_path: Path) -> None:
    rendition = render(
        vault.sealed(session()), plan(), TRANSCRIPT, vault=vault, scratch=tmp_path, listen=lambda *_: None, key="k"
    )
    assert isinstance(rendition, Failed)
    assert ProofVerdict.UNCHECKED in rendition.reason


def test_nothing_kept_or_a_plan_of_another_session_is_no_rendition(vault: Vault, tmp_path: Path) -> None:
    for approved in (plan(keep=[]), replace(plan(), session_id="s2")):
        rendition = render(
            vault.sealed(session()), approved, TRANSCRIPT, vault=vault, scratch=tmp_path, listen=hears_nothing, key="k"
        )
        assert isinstance(rendition, Failed)
    assert list(tmp_path.iterdir()) == []
