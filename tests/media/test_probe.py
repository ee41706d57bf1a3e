"""What a probe tells, and what it refuses before anything else reads the file."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError, InputRefused
from pipeline.media import check_complete, decode, probe, tools
from tests.media.making import LENGTH_S, SECRET, ffmpeg, tone

WHOLE = ("plain.wav", "plain.flac", "plain.mp3", "plain.ogg", "plain.opus", "plain.m4a", "plain.mkv", "plain.mp4")


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_read(media: Path, name: str) -> None:
    found = probe(media / name)
    check_complete(media / name, found)
    assert found.duration_s == pytest.approx(LENGTH_S, abs=0.1)
    assert [(stream.sample_rate, stream.channels) for stream in found.audio] == [(48000, 2)]
    assert (found.video is not None) == (name in ("plain.mkv", "plain.mp4"))


def test_streams_chapters_and_tags_are_told(media: Path, tmp_path: Path) -> None:
    (tmp_path / "meta").write_text(
        f";FFMETADATA1\ntitle={SECRET}\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle={SECRET}\n"
    )
    (tmp_path / "s.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{SECRET}\n")
    made = tmp_path / "made.mkv"
    inputs = ("-i", media / "plain.mp4", "-i", tmp_path / "meta", "-i", tmp_path / "s.srt")
    ffmpeg(*inputs, "-map", "0", "-map", "2", "-map_metadata", "1", "-c", "copy", "-c:s", "srt", made)
    probed = probe(made)
    assert [stream.kind for stream in probed.streams] == ["video", "audio", "subtitle"]
    assert probed.chapters == 1
    assert SECRET in dict(probed.tags).values()


def refused(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        check_complete(path, probe(path))
    message = str(caught.value)
    assert "\n" not in message
    assert path.name not in message
    assert SECRET not in message
    return message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>sign in</html>", "web page"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.wav\n", "playlist"),
        (b"ffconcat version 1.0\nfile other.wav\n", "playlist"),
        (b"<?xml version='1.0'?><MPD></MPD>", "playlist"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "playlist"),
        (os.urandom(4000), "media file"),
    ],
)
def test_what_is_no_media_is_refused_whatever_its_name(tmp_path: Path, content: bytes, reason: str) -> None:
    ffmpeg(*tone(), tmp_path / "other.wav")
    (tmp_path / f"{SECRET}.mp4").write_bytes(content)
    assert reason in refused(tmp_path / f"{SECRET}.mp4")


def test_a_playlist_behind_a_blank_is_still_not_followed(tmp_path: Path) -> None:
    ffmpeg(*tone(), tmp_path / "other.wav")
    (tmp_path / "a.mp4").write_bytes(b"\x00\x00" + b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.wav\n")
    refused(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_off_is_refused(media: Path, tmp_path: Path, name: str) -> None:
    data = (media / name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(data[: len(data) * 6 // 10])
    refused(cut)


def test_a_truncated_faststart_mp4_is_refused_although_ffmpeg_is_content(media: Path, tmp_path: Path) -> None:
    fast = tmp_path / "fast.mp4"
    ffmpeg("-i", media / "plain.mp4", "-c", "copy", "-movflags", "+faststart", fast)
    data = fast.read_bytes()
    fast.write_bytes(data[: len(data) * 6 // 10])
    refused(fast)


def test_flipped_bytes_are_refused(media: Path, tmp_path: Path) -> None:
    data = bytearray((media / "plain.flac").read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 400):
        data[at] ^= 0x55
    (tmp_path / "bad.flac").write_bytes(data)
    refused(tmp_path / "bad.flac")


def test_links_and_pipes_are_refused(media: Path, tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(media / "plain.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "link" in refused(tmp_path / "link.wav")
    assert "regular" in refused(tmp_path / "pipe.wav")
    assert "opened" in refused(tmp_path / "missing.wav")


@pytest.mark.parametrize(("rate", "channels"), [(1, 1), (4000, 1), (4_000_000_000, 1), (48000, 9)])
def test_impossible_sound_is_refused(tmp_path: Path, rate: int, channels: int) -> None:
    data = bytes(2 * channels * 1000)
    width = min(2 * channels, 65535)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, min(rate * width, 2**32 - 1), width, 16)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", len(data)) + data
    (tmp_path / "odd.wav").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    refused(tmp_path / "odd.wav")


def test_more_than_32_streams_are_refused(tmp_path: Path) -> None:
    many = tmp_path / "many.mkv"
    ffmpeg(*tone(length_s=0.2), *["-map", "0"] * 40, "-c:a", "pcm_s16le", many)
    refused(many)


def test_a_picture_bomb_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.mkv"
    big = ("-f", "lavfi", "-i", "color=s=7000x6000:r=1:d=1")
    ffmpeg(*tone(length_s=1), *big, "-c:v", "mjpeg", "-c:a", "pcm_s16le", bomb)
    assert refused(bomb)


def test_an_encrypted_file_is_refused(media: Path, tmp_path: Path) -> None:
    key = "00112233445566778899aabbccddeeff"
    words = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key)
    ffmpeg("-i", media / "plain.mp4", "-c", "copy", *words, tmp_path / "drm.mp4")
    assert "DRM" in refused(tmp_path / "drm.mp4")


@pytest.mark.parametrize(
    "name", ["-y.wav", "a'b\".wav", "new\nline.wav", "img%d.wav", "concat:x.wav", "two:colons.wav"]
)
def test_names_mean_nothing(media: Path, tmp_path: Path, name: str) -> None:
    odd = tmp_path / name
    odd.write_bytes((media / "plain.wav").read_bytes())
    found = probe(odd)
    assert sum(len(block) for block in decode(odd, stream=0, rate=8000, channels=1)) == round(found.duration_s * 8000)


def test_an_mp3_named_wav_is_what_it_is(media: Path, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes((media / "plain.mp3").read_bytes())
    assert probe(tmp_path / "a.wav").format_name == "mp3"


def test_a_file_that_does_not_say_its_length_is_listened_to(tmp_path: Path) -> None:
    live = tmp_path / "live.flac"
    live.write_bytes(ffmpeg(*tone(), "-f", "flac", "pipe:1"))
    assert probe(live).duration_s == pytest.approx(LENGTH_S, abs=0.01)


def test_a_length_that_was_guessed_promises_nothing(tmp_path: Path) -> None:
    bare = tmp_path / "a.aac"
    ffmpeg(*tone(start_s=0.0, end_s=2.0, length_s=6.0), "-c:a", "aac", bare)
    found = probe(bare)
    assert [stream.duration_s for stream in found.streams] == [None]
    assert found.duration_s == pytest.approx(6.0, abs=0.05)
    assert check_complete(bare, found) == (found.duration_s,)


@pytest.mark.parametrize("suffix", ["m4a", "mp3"])
def test_a_frame_that_lasts_long_does_not_make_a_file_cut_off(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    ffmpeg(*tone(), "-ar", "8000", "-ac", "1", path)
    (lasts_s,) = check_complete(path, probe(path))
    assert lasts_s == pytest.approx(3.0, abs=0.15)


def test_a_missing_tool_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = tuple(tools.Tool(name=name, version=None, install="apt-get install ffmpeg") for name in tools.TOOLS)
    monkeypatch.setattr(tools, "tools", lambda: absent)
    with pytest.raises(ConfigurationError, match="ffmpeg is missing; install it: apt-get"):
        tools.require()


def test_tools_tell_their_versions() -> None:
    assert [tool.name for tool in tools.tools() if tool.version] == ["ffmpeg", "ffprobe"]
