"""What is refused is refused for the true reason; what only looks damaged is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import InputRefused
from pipeline.media import check_complete, probe
from tests.media.making import LENGTH_S, ffmpeg, tone


def renamed(path: Path, codec: bytes, to: bytes) -> Path:
    """The file with another name for a codec, as one that nobody here knows."""
    path.write_bytes(path.read_bytes().replace(codec, to))
    return path


def two_sounds(folder: Path, first: str, second: str) -> Path:
    path = folder / "a.mov"
    ffmpeg(*tone(), *tone(hz=700), "-map", "0", "-map", "1", "-c:a:0", first, "-c:a:1", second, path)
    return renamed(path, b"alac", b"apac")


def test_a_sound_of_an_unknown_codec_is_left_out_and_named(tmp_path: Path) -> None:
    path = two_sounds(tmp_path, "aac", "alac")
    probed = probe(path)
    assert [stream.codec for stream in probed.audio] == ["aac"]
    assert probed.undecodable == ((2, "apac"),)
    assert len(check_complete(path, probed)) == 1
    (tmp_path / "spans.json").write_text('[{"start_s": 1.0, "end_s": 2.0}]')
    words = ["redact", str(path), "--spans", str(tmp_path / "spans.json"), "-o"]
    done = CliRunner().invoke(main, [*words, str(tmp_path / "out.mov")])
    assert done.exit_code == 0, done.output
    assert "; sound 2 (apac) is left out: nothing here can decode it; wrote " in done.output
    assert [stream.codec for stream in probe(tmp_path / "out.mov").streams] == ["aac"]


@pytest.mark.parametrize("codecs", [("alac", "aac"), ("alac", "alac")])
def test_a_sound_of_an_unknown_codec_that_others_follow_or_alone_is_refused_by_name(
    tmp_path: Path, codecs: tuple[str, str]
) -> None:
    with pytest.raises(InputRefused, match=r"sound 1 .* cannot be decoded \(apac\)"):
        probe(two_sounds(tmp_path, *codecs))


def test_a_sound_that_cannot_be_decoded_beside_a_picture_is_not_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=2", *tone(), "-c:a", "alac", "-c:v", "mpeg4", path)
    with pytest.raises(InputRefused, match="cannot be decoded"):
        probe(renamed(path, b"alac", b"apac"))


def test_a_name_of_a_codec_cannot_spell_anything(tmp_path: Path) -> None:
    ffmpeg(*tone(), "-c:a", "alac", tmp_path / "a.mov")
    with pytest.raises(InputRefused) as refused:
        probe(renamed(tmp_path / "a.mov", b"alac", b"\x1b[2J"))
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("codec", ["libopus", "libvorbis", "flac"])
@pytest.mark.parametrize("count", [2, 3])
def test_a_chain_of_recordings_is_refused_as_one(tmp_path: Path, codec: str, count: int) -> None:
    chain = b""
    for number in range(count):
        part = tmp_path / f"{number}.ogg"
        ffmpeg(*tone(), "-c:a", codec, "-serial_offset", str(number), "-f", "ogg", part)
        chain += part.read_bytes()
    (tmp_path / "chain.ogg").write_bytes(chain)
    with pytest.raises(InputRefused, match=f"a chain of {count} recordings in one Ogg file"):
        probe(tmp_path / "chain.ogg")
    assert probe(tmp_path / "0.ogg").audio


def test_an_ogg_file_of_sound_and_picture_is_no_chain(tmp_path: Path) -> None:
    ffmpeg(*tone(), "-c:a", "libvorbis", tmp_path / "sound.ogg")
    ffmpeg("-i", tmp_path / "sound.ogg", "-i", tmp_path / "sound.ogg", "-map", "0", "-map", "1", "-c", "copy",
           tmp_path / "two.ogg")  # fmt: skip
    assert len(probe(tmp_path / "two.ogg").audio) == 2


@pytest.mark.parametrize("late_s", ["0.7", "1.5"])
def test_sound_that_begins_late_is_not_cut_off(tmp_path: Path, late_s: str) -> None:
    ffmpeg(*tone(), "-c:a", "aac", tmp_path / "a.m4a")
    ffmpeg("-itsoffset", late_s, "-i", tmp_path / "a.m4a", "-c", "copy", tmp_path / "late.mkv")
    probed = probe(tmp_path / "late.mkv")
    assert check_complete(tmp_path / "late.mkv", probed)[0] == pytest.approx(LENGTH_S, abs=0.1)
