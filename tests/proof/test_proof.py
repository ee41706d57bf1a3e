"""A proof that cannot fail proves nothing: the renderer is broken on purpose, and the proof must object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.media import command, encode, nal_units, probe
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.proof import ExpectedSound, PreEncodeCheck, files_as_allowed, media_checks, texts_checked
from pipeline.proof.text_search import media_free_of, texts_free_of
from pipeline.records import Failed, Leak, PicturePlan, PlannedTerm, ProofVerdict, RedactionInterval
from pipeline.render import chat_turns, redacted_turns, render, sound
from pipeline.render.sample_ranges import samples_of
from tests.media.making import H264, PICTURE, SECRET, tone, with_captions_608
from tests.media.making import ffmpeg as run_ffmpeg
from tests.render.making import TERMS, TRANSCRIPT, Vault, hears_nothing, plan, session


class Blind(PreEncodeCheck):
    """A tap that sees nothing, so that the later checks must find it."""

    def track(self, track_id: str, at: int, block: Any) -> None:
        """Look away."""

    def mixed(self, at: int, block: Any) -> None:
        self._seen += len(block)


def skipped(windows: Any, track_id: Any, **shape: Any) -> Any:
    return samples_of(tuple(windows)[1:], track_id, **shape)


def shifted(windows: Any, track_id: Any, *, rate: int, length: int) -> Any:
    ranges = samples_of(windows, track_id, rate=rate, length=length)
    return tuple((start + rate // 5, end + rate // 5) for start, end in ranges)


def late_by_a_sample(windows: Any, track_id: Any, *, rate: int, length: int) -> Any:
    return tuple((start + 1, end) for start, end in samples_of(windows, track_id, rate=rate, length=length))


def failed(vault: Vault, scratch: Path, approved: Any = None, *, video: bool = False) -> str:
    made = render(
        vault.sealed(session(video=video, tracks=not video)),
        approved or plan(keep=["t1"] if video else ["t1", "t2"]),
        TRANSCRIPT,
        vault=vault,
        scratch=scratch,
        listen=hears_nothing,
        key="k",
    )
    made = made.failure if isinstance(made, Leak) else made
    assert isinstance(made, Failed)
    assert not list(scratch.rglob("*.m*"))
    return made.reason


@pytest.mark.parametrize("mutant", [skipped, shifted])
def test_a_wrong_window_is_found_before_encoding(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[..., Any]
) -> None:
    monkeypatch.setattr(sound, "samples_of", mutant)
    assert "zeros before encoding" in failed(vault, tmp_path)


def test_one_sample_too_late_is_found(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "samples_of", late_by_a_sample)
    approved = plan(windows=[RedactionInterval(start_s=1.0213, end_s=2.05)])
    assert "leak at 1.0 s (zeros before encoding" in failed(vault, tmp_path, approved)


@pytest.mark.parametrize("mutant", [skipped, shifted])
@pytest.mark.parametrize("track_id", [None, "t1"])
def test_a_wrong_window_is_found_in_the_finished_file(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: Callable[..., Any], track_id: str | None
) -> None:
    monkeypatch.setattr(sound, "samples_of", mutant)
    monkeypatch.setattr("pipeline.render.write_audio.PreEncodeCheck", Blind)
    reason = failed(vault, tmp_path, plan(windows=[RedactionInterval(start_s=0.95, end_s=2.05, track_id=track_id)]))
    assert "removed sound is gone" in reason or (track_id is None and "level in the windows" in reason)


def test_attenuation_instead_of_replacement_is_found(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def attenuate(block: Any, at: int, ranges: Any) -> None:
        for start, end in ranges:
            block[max(0, start - at) : max(0, end - at)] *= 0.01

    monkeypatch.setattr(sound, "silence", attenuate)
    assert "zeros before encoding" in failed(vault, tmp_path / "one")
    monkeypatch.setattr("pipeline.render.write_audio.PreEncodeCheck", Blind)
    assert "level in the windows" in failed(vault, tmp_path / "two")


def test_a_kept_tag_is_found(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {key: value for key, value in command.BARE.items() if not key.startswith("map_")}
    monkeypatch.setattr(encode, "BARE", {**kept, "metadata": f"title={SECRET}"})
    assert "leak (tags" in failed(vault, tmp_path)


def test_kept_units_in_the_picture_are_found(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nal_units.Codec, "types", "0-31")
    reason = failed(vault, tmp_path, plan(keep=["t1"], picture=PicturePlan()), video=True)
    assert "search for terms" in reason or "behind the picture" in reason


def test_a_word_left_in_the_transcript_is_found(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        redacted_turns, "redacted_pieces", lambda *_: [redacted_turns._piece(TRANSCRIPT.words[0], "Priya Raman")]
    )
    monkeypatch.setattr(redacted_turns, "_without_terms", lambda pieces, terms: pieces)
    assert "search for terms" in failed(vault, tmp_path)


def test_a_line_left_in_the_chat_is_found(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_turns, "_edited", lambda line, edits: line.text)
    monkeypatch.setattr("pipeline.render.terms.TermReplacer.replace", lambda self, text: text)
    assert "search for terms" in failed(vault, tmp_path)


EXPECTED = ExpectedSound(track_ids=("t1",), windows=(RedactionInterval(start_s=0.95, end_s=2.05),), length_s=3.0)


def verdicts(
    path: Path, *, sounds: int = 1, picture: bool = False, output_format: str = ".mp4"
) -> dict[str, ProofVerdict]:
    checks = media_checks(
        path,
        output_format=OUTPUT_FORMATS[output_format],
        sounds=[EXPECTED] * sounds,
        picture=picture,
        terms=TERMS,
    )
    found: dict[str, ProofVerdict] = {}
    for check in checks:
        if found.get(check.name) is not ProofVerdict.LEAK:
            found[check.name] = check.verdict
    return found


QUIET = tone(0.0, 0.5)


def test_a_clean_file_passes(tmp_path: Path) -> None:
    run_ffmpeg(*QUIET, "-map_metadata", "-1", tmp_path / "a.m4a")
    assert set(verdicts(tmp_path / "a.m4a", output_format=".m4a").values()) == {ProofVerdict.PROVED}


@pytest.mark.parametrize(
    "planted", ["second track", "subtitle", "chapters", "cover", "captions", "sound", "length", "garbage"]
)
def test_each_planted_leak_is_found(tmp_path: Path, planted: str) -> None:
    bad, text = tmp_path / "bad.mp4", tmp_path / "s.srt"
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    (tmp_path / "meta").write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=hello\n")
    name, picture = "streams", False
    if planted == "second track":
        run_ffmpeg(*QUIET, *tone(), "-map", "0", "-map", "1", bad)
    elif planted == "subtitle":
        run_ffmpeg(*QUIET, "-i", text, "-c:s", "mov_text", bad)
    elif planted == "chapters":
        run_ffmpeg(*QUIET, "-i", tmp_path / "meta", "-map_metadata", "1", bad)
    elif planted == "cover":
        run_ffmpeg("-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1", tmp_path / "c.png")
        words = ("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic")
        run_ffmpeg(*QUIET, "-i", tmp_path / "c.png", *words, bad)
    elif planted == "captions":
        run_ffmpeg(*QUIET, *PICTURE, *H264, "-bf", "0", tmp_path / "plain.mp4")
        with_captions_608(tmp_path / "plain.mp4", bad, "HELLO")
        name, picture = "behind the picture", True
    elif planted == "sound":
        run_ffmpeg(*tone(), bad)
        name = "level in the windows"
    elif planted == "length":
        run_ffmpeg(*tone(0.0, 0.5, length_s=4.0), bad)
        name = "length"
    else:
        bad.write_bytes(b"garbage" * 100)
        assert verdicts(bad) == {"reading": ProofVerdict.UNCHECKED}
        return
    assert verdicts(bad, picture=picture)[name] is ProofVerdict.LEAK


def test_sound_hidden_by_an_edit_list_is_found(tmp_path: Path) -> None:
    long = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=10:d=6")
    run_ffmpeg(*tone(1.0, 2.0, length_s=6.0), *long, *H264, tmp_path / "long.mp4")
    run_ffmpeg("-ss", "3", "-i", tmp_path / "long.mp4", "-c", "copy", tmp_path / "cut.mp4")
    found = verdicts(tmp_path / "cut.mp4", picture=True)
    assert found["level in the windows"] is ProofVerdict.LEAK
    assert found["behind the picture"] is ProofVerdict.LEAK


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", [str.lower, str.upper, str.title])
def test_terms_are_found_in_bytes(tmp_path: Path, encoding: str, form: Callable[[str], str]) -> None:
    path = tmp_path / "a.wav"
    run_ffmpeg(*QUIET, path)
    found = probe(path)
    assert media_free_of(path, TERMS, found).verdict is ProofVerdict.PROVED
    # Odd lengths in front, so that the term also lies across the border of two pieces.
    path.write_bytes(path.read_bytes() + b"\x01" * ((1 << 22) - 300_005 - 9) + form("priya raman").encode(encoding))
    assert media_free_of(path, TERMS, found).verdict is ProofVerdict.LEAK


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nstaff 1: all good\n", False),
        ("[00:00:01] [person 1]: hello [product 1]\n", False),
        ("[00:00:01] staff 1: ask priya, raman\n", True),
        ("[00:00:01] staff 1: ask PRIYA-RAMAN\n", True),
        ("[00:00:01] staff 1: the falconsecrets\n", True),
        ("[00:00:01] staff 1: ann\n", True),
        ("[00:00:01] staff 1: annoying\n", False),
        ("[00:00:01] staff 1: Ａｎｎ\n", True),
        ("[00:00:01] staff 1: Pri\u200bya Ra\u00adman\n", True),
        ("[00:00:01] staff 1: Рriуа Rаmаn\n", True),
        ("[00:00:01] staff 1: Ánn\u0336\n", True),
        ("[00:00:01] staff 1: an\u200bnoying Ann\u200bLee\n", True),
        ("[00:00:01] staff 1: an\u200bnoying\n", False),
        ("[00:00:01] staff 1: priya\n[00:00:02] staff 2: raman\n", False),
    ],
)
def test_terms_are_found_in_text(tmp_path: Path, text: str, leaks: bool) -> None:
    (tmp_path / "a.txt").write_text(text)
    terms = (*TERMS, PlannedTerm(text="Ann", replacement="[person 2]"))
    assert texts_free_of([tmp_path / "a.txt"], terms).verdict is (ProofVerdict.LEAK if leaks else ProofVerdict.PROVED)


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("[00:00:01] staff 1: ask pria ramen\n", True),
        ("[00:00:01] staff 1: ask Preeya-Raamen about it\n", True),
        ("[00:00:01] staff 1: the falken secret\n", True),
        ("[00:00:01] staff 1: [person 1] said that all is right\n", False),
        ("[00:00:01] staff 1: priya\n[00:00:02] staff 2: raman\n", False),
        ("[00:00:01] staff 1: a private room in the project\n", False),
    ],
)
def test_terms_are_found_by_their_sound(tmp_path: Path, text: str, leaks: bool) -> None:
    (tmp_path / "a.txt").write_text(text)
    (_, found), read = texts_checked([tmp_path / "a.txt"], TERMS)
    assert found.verdict is (ProofVerdict.LEAK if leaks else ProofVerdict.PROVED)
    assert {each.term for each in read} <= {term.text for term in TERMS} and bool(read) is leaks
    kept_texts = ["Pria Ramen", "preeya raamen", "falken secret"]
    (_, kept), read = texts_checked([tmp_path / "a.txt"], TERMS, kept=kept_texts)
    assert kept.verdict is ProofVerdict.PROVED and not read, "what somebody decided to keep is no leak"


def test_a_stray_file_in_the_bundle_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine")
    assert files_as_allowed(tmp_path, ["a.txt"]).verdict is ProofVerdict.PROVED
    (tmp_path / "notes.txt").write_text("stray")
    assert files_as_allowed(tmp_path, ["a.txt"]).verdict is ProofVerdict.LEAK


def test_a_tap_that_did_not_see_the_end_has_not_checked() -> None:
    tap = PreEncodeCheck((), rate=100)
    tap.mixed(0, np.zeros((50, 1), np.float32))
    assert tap.check(50).verdict is ProofVerdict.PROVED
    assert tap.check(60).verdict is ProofVerdict.UNCHECKED
