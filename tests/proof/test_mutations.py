"""Each defence of the renderer switched off in turn: the proof must object, by the check that is there for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.media.decode import Block
from pipeline.proof import (
    PreEncodeCheck,
    crosstalk,
    failure_line,
    media_checks,
    prove,
    prove_unchanged,
    read_manifest,
    write_manifest,
)
from pipeline.records import Failed, Leak, PicturePlan, RedactionInterval, Rendition
from pipeline.render import manifest, render, render_session, sound, text_files, write_audio
from pipeline.render.sample_ranges import samples_of
from pipeline.store.signing import Signer
from tests.media.making import SECRET, ffmpeg, tone
from tests.render.making import TRANSCRIPT, Vault, hears_nothing, plan, session

Patch = pytest.MonkeyPatch
SIGNER = Signer(b"m" * 32)
BASIS = manifest.Basis(entry="s1-internal-1", signer=SIGNER)


def rendered(vault: Vault, scratch: Path, *, video: bool = False, **wanted: Any) -> Rendition | Failed | Leak:
    approved = plan(keep=["t1"] if video else ["t1", "t2"], picture=PicturePlan() if video else None, **wanted)
    return render(
        vault.sealed(session(video=video, tracks=not video)),
        approved,
        TRANSCRIPT,
        vault=vault,
        scratch=scratch,
        listen=hears_nothing,
        key="k",
        basis=BASIS,
    )


def objection(vault: Vault, scratch: Path, **wanted: Any) -> str:
    made = rendered(vault, scratch, **wanted)
    made = made.failure if isinstance(made, Leak) else made
    assert isinstance(made, Failed), "the proof did not object"
    assert not [path for path in scratch.rglob("*") if path.is_file()]
    return made.reason


def everywhere(patch: Patch, name: str, broken: Callable[..., Any]) -> None:
    """Both ways of writing sound: encoded again as a whole, and spliced."""
    patch.setattr(sound, name, broken)
    patch.setattr(write_audio, name, broken)


def one_channel_only(patch: Patch) -> None:
    def left(block: Block, at: int, ranges: Sequence[tuple[int, int]]) -> None:
        for start, end in ranges:
            block[max(0, start - at) : max(0, end - at), 0] = 0.0

    everywhere(patch, "silence", left)


def one_track_only(patch: Patch) -> None:
    def first(windows: Sequence[RedactionInterval], track_id: str | None, **shape: int) -> Any:
        return samples_of([] if track_id == "t2" else windows, track_id, **shape)

    everywhere(patch, "samples_of", first)


def narrow(patch: Patch) -> None:
    def inside(windows: Sequence[RedactionInterval], track_id: str | None, *, rate: int, length: int) -> Any:
        spans = samples_of(windows, track_id, rate=rate, length=length)
        return tuple((start + rate // 10, end - rate // 10) for start, end in spans)

    everywhere(patch, "samples_of", inside)


def unseen(patch: Patch) -> None:
    """The look at the samples before encoding goes too, so that the finished file must speak for itself."""
    real = PreEncodeCheck._look

    def blind(self: PreEncodeCheck, *seen: Any) -> int:
        counted = real(self, *seen)
        self._first = None
        return counted

    patch.setattr(PreEncodeCheck, "_look", blind)


SOUND = (one_channel_only, one_track_only, narrow)


@pytest.mark.parametrize(("mutate", "blind"), [(one_channel_only, False), *((mutate, True) for mutate in SOUND)])
def test_sound_that_stays_is_found(
    vault: Vault, tmp_path: Path, monkeypatch: Patch, mutate: Callable[[Patch], None], blind: bool
) -> None:
    mutate(monkeypatch)
    if blind:
        unseen(monkeypatch)
    checks = ("level in the windows", "removed sound is gone") if blind else ("zeros before encoding",)
    wanted = {"video": mutate is one_channel_only, "windows": [RedactionInterval(start_s=0.95, end_s=1.8)]}
    reason = objection(vault, tmp_path, **wanted)
    assert any(check in reason for check in checks), reason


def planted(patch: Patch, *words: str | Path) -> None:
    """As if the renderer had let something into its file: it is there before the proof looks."""
    real = media_checks

    def checks(path: Path, **wanted: Any) -> Any:
        worse = path.with_name(f"worse{path.suffix}")
        ffmpeg("-i", path, *words, "-c:a", "copy", "-c:v", "copy", worse)
        worse.replace(path)
        return real(path, **wanted)

    patch.setattr(render_session, "media_checks", checks)


def appended(patch: Patch, content: bytes) -> None:
    real = media_checks

    def checks(path: Path, **wanted: Any) -> Any:
        path.write_bytes(path.read_bytes() + content)
        return real(path, **wanted)

    patch.setattr(render_session, "media_checks", checks)


@pytest.mark.parametrize("what", ["track tag", "chapter and cover art", "rest", "edit list"])
def test_what_comes_with_the_sound_is_found(vault: Vault, tmp_path: Path, monkeypatch: Patch, what: str) -> None:
    aside, scratch = tmp_path / "aside", tmp_path / "scratch"
    aside.mkdir()
    (aside / "meta").write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=hello\n")
    ffmpeg(*tone(), aside / "other.m4a")
    ffmpeg("-f", "lavfi", "-i", "color=s=64x64", "-frames:v", "1", aside / "cover.png")
    check, exact = "streams", ("-fflags", "+bitexact")
    if what == "track tag":
        planted(monkeypatch, "-metadata:s:a:0", "handler_name=hello", *exact)
        check = "tags"
    elif what == "rest":
        appended(monkeypatch, b"\x00\x00\x00\x20free" + SECRET.lower().encode("utf-16-be"))
        check = "search for terms"
    elif what == "edit list":
        planted(monkeypatch, "-i", aside / "other.m4a", "-map", "1", "-ss", "2.2", *exact)
        check = "length"
    else:
        both = ("-map", "0", "-map", "1", "-map_chapters", "2", "-disposition:v:0", "attached_pic")
        planted(monkeypatch, "-i", aside / "cover.png", "-i", aside / "meta", *both)
    assert check in objection(vault, scratch)


def raw_captions(patch: Patch) -> None:
    patch.setattr(
        text_files, "captions_vtt", lambda turns: f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nand {SECRET.title()}\n"
    )


def raw_turns(patch: Patch) -> None:
    line = f'{{"participant_id": null, "speaker": "speaker 1", "start_s": 1.0, "end_s": 2.0, "text": "{SECRET}"}}\n'
    patch.setattr(text_files, "transcript_jsonl", lambda turns: line)


def one_file_more(patch: Patch) -> None:
    real = render_session._write_texts

    def more(*given: Any, **named: Any) -> Any:
        written = real(*given, **named)
        (given[3] / "chat-original.txt").write_text("hello")
        return written

    patch.setattr(render_session, "_write_texts", more)


TEXTS = [
    (raw_captions, "search for terms"),
    (raw_turns, "search for terms"),
    (one_file_more, "files"),
]


@pytest.mark.parametrize(("mutate", "check"), TEXTS)
def test_words_that_stay_are_found(
    vault: Vault, tmp_path: Path, monkeypatch: Patch, mutate: Callable[[Patch], None], check: str
) -> None:
    mutate(monkeypatch)
    assert f"leak ({check}" in objection(vault, tmp_path)


def test_a_manifest_that_leaves_something_out_is_found(vault: Vault, tmp_path: Path, monkeypatch: Patch) -> None:
    """A window fewer, a file fewer, no signature: what was handed out does not hold against its own proof."""
    rendition = rendered(vault, tmp_path)
    assert isinstance(rendition, Rendition), rendition
    folder, told = tmp_path / rendition.folder, read_manifest(tmp_path / rendition.folder / "proof.json")
    assert told is not None and prove(folder, public_key=SIGNER.public_key).verdict == "proved"
    whole = folder / "proof.json"
    text = whole.read_text("utf-8")
    for changed in (
        text.replace('"end_s": 2.05', '"end_s": 1.05'),
        text.replace('"verdict": "proved"', '"verdict": "x"'),
    ):
        assert changed != text
        whole.write_text(changed, "utf-8")
        assert "signature" in failure_line(prove_unchanged(folder, public_key=SIGNER.public_key))
    write_manifest(whole, manifest.resting_on(manifest.Basis(), told))
    assert "not signed" in failure_line(prove_unchanged(folder, public_key=SIGNER.public_key))
    write_manifest(whole, manifest.resting_on(BASIS, replace(told, files=told.files[1:])))
    assert "1 file more than were proved" in failure_line(prove_unchanged(folder, public_key=SIGNER.public_key))


def test_a_voice_that_was_left_out_and_is_there_is_found(vault: Vault, tmp_path: Path, monkeypatch: Patch) -> None:
    """Somebody removed whose track is kept by mistake: the finished sound is searched for their voice."""
    speech = Path(__file__).parents[2] / "sample_media/sessions/2026-11-18-c-refused-own-track/owen-clarke.flac"
    shutil.copytree(vault.folder, tmp_path / "vault")
    ffmpeg("-ss", "3", "-t", "3", "-i", speech, "-f", "wav", tmp_path / "vault" / "priya")
    monkeypatch.setattr(crosstalk, "_crosstalk", lambda *_: iter(()))
    own = Vault(tmp_path / "vault")
    reason = objection(own, tmp_path / "scratch", windows=[], removed=frozenset({"p1"}))
    assert "voices left out are gone" in reason
