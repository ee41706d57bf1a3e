"""What hostile media and runaway tools are held to: time, memory, size, length, and no way out of the machine."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputRefused, TryAgain
from pipeline.media import decode, encoder, tools, untrusted_input
from pipeline.media import tool_process as children
from pipeline.media.command import HEAD
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.media.tool_process import child
from tests.media.making import ffmpeg, tone
from tests.media.test_probe import refused

FOREIGN = [
    b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:%d/c.ts\n",
    b"#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n",
    b"#EXTM3U\n#EXTINF:5,\nconcat:a.txt|a.txt\n",
    b"ffconcat version 1.0\nfile http://127.0.0.1:%d/c.ts\n",
    b"ffconcat version 1.0\nfile /etc/hostname\n",
    b"\xef\xbb\xbf\r\n #EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:%d/c.ts\n",
    b"\x00ffconcat version 1.0\nfile http://127.0.0.1:%d/c.ts\n",
]


@pytest.fixture
def server() -> socket.socket:
    """Listens, and would be reached by whatever gets out."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    listening.setblocking(False)
    return listening


def reached(listening: socket.socket) -> bool:
    with listening:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("content", FOREIGN)
def test_no_list_of_other_places_is_followed(tmp_path: Path, server: socket.socket, content: bytes) -> None:
    port = server.getsockname()[1]
    (tmp_path / "a.mp4").write_bytes(content % port if b"%d" in content else content)
    refused(tmp_path / "a.mp4")
    assert not reached(server)


@pytest.mark.skipif(not tools.network_off(), reason="this system does not let a process give its network up")
def test_a_media_tool_has_no_network_at_all(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with child([*HEAD, "-i", f"http://127.0.0.1:{port}/a.wav", "-f", "null", "-"]) as running:
        assert running.read(1) == b""
        assert running.finish() != 0
    assert not reached(server)


def test_a_header_that_promises_days_is_refused(media: Path, tmp_path: Path) -> None:
    data = bytearray((media / "plain.flac").read_bytes())
    samples = (13 * 3600 * 48_000).to_bytes(5)
    data[21] = (data[21] & 0xF0) | samples[0]
    data[22:26] = samples[1:]
    (tmp_path / "days.flac").write_bytes(data)
    assert "longer than 12 hours" in refused(tmp_path / "days.flac")


def test_sound_without_end_is_cut_off_whatever_its_header_says(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted_input, "MAX_DURATION_S", 1.0)
    with pytest.raises(InputRefused, match="longer than 12 hours"):
        list(decode(media / "plain.mp3", stream=0, rate=8000, channels=1, block_s=0.1))


@pytest.mark.parametrize(("rate", "channels"), [(0, 1), (48000, 65535)])
def test_a_wave_header_of_nonsense_is_refused(tmp_path: Path, rate: int, channels: int) -> None:
    ffmpeg(*tone(length_s=0.1), tmp_path / "odd.wav")
    data = bytearray((tmp_path / "odd.wav").read_bytes())
    data[22:24], data[24:28] = channels.to_bytes(2, "little"), rate.to_bytes(4, "little")
    (tmp_path / "odd.wav").write_bytes(data)
    refused(tmp_path / "odd.wav")


@pytest.mark.parametrize("name", ["plain.mkv", "plain.mp4", "plain.mp3", "plain.opus"])
def test_flipped_bytes_in_any_container_are_refused(media: Path, tmp_path: Path, name: str) -> None:
    data = bytearray((media / name).read_bytes())
    for at in range(len(data) // 3, len(data) // 3 + 400):
        data[at] ^= 0x55
    (tmp_path / name).write_bytes(data)
    refused(tmp_path / name)


def test_a_tool_that_stands_still_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "STALL_S", 0.1)
    with pytest.raises(TryAgain, match="made no progress"), child(["sleep", "60"]) as running:
        running.read(1)
    with pytest.raises(ProcessLookupError):
        os.kill(running._process.pid, 0)


def test_a_tool_that_only_trickles_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "WAITED_S", 0.2)
    slow = ["sh", "-c", "while :; do echo; sleep 0.05; done"]
    with pytest.raises(TryAgain, match="made no progress"), child(slow) as running:
        running.read(1000)


def test_a_tool_that_computes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "CPU_S", 1)
    with child(["sh", "-c", "while :; do :; done"]) as running:
        assert running.read(1) == b""
        assert running.finish() != 0


def test_a_tool_that_wants_too_much_memory_gets_none() -> None:
    with child([sys.executable, "-c", "import time; time.sleep(0.5); bytearray(1 << 30)"], memory=256 << 20) as running:
        assert running.read(1) == b""
        assert running.finish() != 0
    assert "MemoryError" in running.stderr_text


def test_a_file_that_grows_too_big_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "FILE_SIZE", 100_000)
    block = np.zeros((48_000, 2), np.float32)
    with (
        pytest.raises(TryAgain, match="could not be written"),
        encoder(tmp_path / "big.wav", output_format=OUTPUT_FORMATS[".wav"], rate=48_000, channels=2) as out,
    ):
        for _ in range(20):
            out.write(block)
    assert (tmp_path / "big.wav").stat().st_size <= 100_000


def test_a_tool_does_not_eat_our_own_input() -> None:
    ours, theirs = os.pipe()
    kept = os.dup(0)
    try:
        os.dup2(ours, 0)
        os.write(theirs, b"the next line of a script")
        with child(["cat"]) as running:
            assert running.read(1) == b""
        assert os.read(ours, 8) == b"the next"
    finally:
        os.dup2(kept, 0)
        for fd in (ours, theirs, kept):
            os.close(fd)
