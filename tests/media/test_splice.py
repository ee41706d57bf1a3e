"""Splicing AAC: the rule of which packets are encoded again, the gate, and the traps of time bases that would leak."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.media import decode, probe
from pipeline.media.isolated.client import Unsupported
from pipeline.media.isolated.splicer import FRAME, JOIN_PACKETS, REACH, runs_of
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.media.packets import packets
from pipeline.media.splice import Spliced, may_splice, splice
from tests.media.making import ffmpeg, tone

RATE, LENGTH = 48_000, 3 * 48_000
START, END = round(0.975 * RATE), round(2.025 * RATE)
HEADER, FRAMES_OF_960, HE_AAC = b"\x11\x90\x56\xe5\x00", b"\x11\x94\x56\xe5\x00", b"\x29\x91\x88\x00\x00"


@pytest.fixture(scope="module")
def aac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A secret tone in 1 to 2 s, and a mark of another pitch from 2.5 s on."""
    folder = tmp_path_factory.mktemp("aac")
    wave = "0.5*sin(2*PI*1000*t)*between(t,1,2)+0.3*sin(2*PI*400*t)*gte(t,2.5)"
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{wave}|{wave}':s={RATE}:d=3", "-c:a", "aac", folder / "a.m4a")
    ffmpeg("-i", folder / "a.m4a", "-c", "copy", folder / "a.mkv")
    return folder


def silence(at: int, block: NDArray[np.float32], start: int = START, end: int = END) -> None:
    block[max(0, start - at) : max(0, end - at)] = 0.0


def spliced(
    source: Path, target: Path, *, length: int = LENGTH + 2048, drop_priming: bool = False
) -> Spliced | Unsupported:
    return splice(
        source,
        target,
        stream=0,
        channels=2,
        ranges=[(START, END)],
        length=length,
        edit=silence,
        drop_priming=drop_priming,
    )


def sound(path: Path, *, edit_list: bool = True) -> NDArray[np.float32]:
    return np.concatenate(list(decode(path, stream=0, rate=RATE, channels=2, edit_list=edit_list)))


def level_db(samples: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.abs(samples).max() + 1e-12))


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 30_000)), max_size=12),
    st.sampled_from([0, -1024, -2112]),
)
def test_every_packet_that_carries_a_sample_is_encoded_again(spans: list[tuple[int, int]], origin: int) -> None:
    ranges = [(start, start + length) for start, length in spans]
    runs = runs_of(ranges, origin=origin)
    again = {index for first, last in runs for index in range(first, last + 1)}
    for index in range(300):
        start = origin + index * FRAME
        carries = any(start < end and start + REACH > first for first, end in ranges)
        assert not carries or index in again
        near = any(start < end + 4 * FRAME and start + REACH > first - 4 * FRAME for first, end in ranges)
        assert index not in again or near
    assert all(later[0] - one[1] > JOIN_PACKETS for one, later in pairwise(runs))


@pytest.mark.parametrize("suffix", ["m4a", "mkv"])
def test_what_is_kept_is_the_very_same_packet_at_the_same_time(aac: Path, tmp_path: Path, suffix: str) -> None:
    source, target = aac / f"a.{suffix}", tmp_path / "made.mp4"
    done = spliced(source, target)
    assert isinstance(done, Spliced)
    given, made = list(packets(source, stream=0)), list(packets(target, stream=0))
    assert len(made) == len(given) == done.packets
    assert all(abs(one[0] - other[0]) < 0.001 for one, other in zip(given, made, strict=True))
    same = [one[1] == other[1] for one, other in zip(given, made, strict=True)]
    assert done.packets - sum(same) <= done.encoded < 60
    for number, (at_s, _) in enumerate(given):
        carries = at_s * RATE + REACH > START and at_s * RATE < END
        if not carries and 0 < number < len(given) - 4:
            assert same[number], at_s


@pytest.mark.parametrize("suffix", ["m4a", "mkv"])
def test_nothing_is_left_with_the_edit_list_or_without(aac: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "made.mp4"
    assert isinstance(spliced(aac / f"a.{suffix}", target), Spliced)
    for edit_list in (True, False):
        assert level_db(sound(target, edit_list=edit_list)[: round(2.4 * RATE)]) < -60


def test_the_times_of_a_file_are_those_of_the_file_itself(aac: Path, tmp_path: Path) -> None:
    """The same sound lies 1024 samples later once it was copied from MP4 to Matroska: the tone moves with it."""
    onsets = [int(np.flatnonzero(np.abs(sound(aac / name)[:, 0]) > 0.1)[0]) for name in ("a.m4a", "a.mkv")]
    assert onsets[1] - onsets[0] == FRAME


def test_a_container_without_priming_starts_with_what_is_heard(aac: Path, tmp_path: Path) -> None:
    target = tmp_path / "made.mp4"
    assert isinstance(spliced(aac / "a.m4a", target, drop_priming=True), Spliced)
    assert next(packets(target, stream=0))[0] == 0
    ffmpeg("-i", target, "-c", "copy", tmp_path / "made.mkv")
    marks = [np.flatnonzero(np.abs(sound(path)[:, 0]) > 0.1)[0] for path in (aac / "a.m4a", tmp_path / "made.mkv")]
    assert marks[1] - marks[0] == pytest.approx(1.5 * RATE, abs=64)


def test_what_lies_before_the_start_and_after_the_end_is_silent(tmp_path: Path) -> None:
    source, target = tmp_path / "a.m4a", tmp_path / "made.mp4"
    ffmpeg(*tone(0, 3), "-c:a", "aac", source)
    seen: list[tuple[int, int]] = []
    length = 2 * RATE

    def edit(at: int, block: NDArray[np.float32]) -> None:
        seen.append((at, at + len(block)))
        silence(at, block, 0, RATE // 2)

    done = splice(source, target, stream=0, channels=2, ranges=[(0, RATE // 2)], length=length, edit=edit)
    assert isinstance(done, Spliced)
    assert min(seen)[0] == 0
    assert max(seen)[1] <= length
    behind = sound(target, edit_list=False)
    assert level_db(behind[: RATE // 2 - 1200]) < -60
    assert level_db(behind[length + 3 * FRAME :]) < -60


@pytest.mark.parametrize("header", [FRAMES_OF_960, HE_AAC])
def test_another_aac_is_not_spliced(aac: Path, tmp_path: Path, header: bytes) -> None:
    strange = tmp_path / "strange.m4a"
    data = (aac / "a.m4a").read_bytes()
    assert data.count(HEADER) == 1
    strange.write_bytes(data.replace(HEADER, header))
    assert spliced(strange, tmp_path / "made.mp4") == Unsupported(reason="its header is not that of plain AAC-LC")


def test_gaps_are_not_spliced(aac: Path, tmp_path: Path) -> None:
    gap = tmp_path / "gap.m4a"
    ffmpeg("-stream_loop", "1", "-i", aac / "a.m4a", "-c", "copy", gap)
    unsupported = spliced(gap, tmp_path / "made.mp4", length=2 * LENGTH)
    assert unsupported == Unsupported(reason="its packets do not follow one another without a gap")


@pytest.mark.parametrize(
    ("words", "name", "reason"),
    [
        (("-itsoffset", "1.5"), "late.mkv", "it starts late"),
        ((), "a.mp3", "the source is not AAC-LC"),
        (("-ar", "22050"), "slow.m4a", "its sample rate is unusual"),
    ],
)
def test_the_gate_says_what_it_does_not_let_through(
    tmp_path: Path, words: tuple[str, ...], name: str, reason: str
) -> None:
    before, after = (words, ()) if "-itsoffset" in words else ((), words)
    ffmpeg(*before, *tone(), *after, *(() if name.endswith("mp3") else ("-c:a", "aac")), tmp_path / name)
    assert may_splice(probe(tmp_path / name), stream=0, output_format=OUTPUT_FORMATS[".m4a"]) == Unsupported(
        reason=reason
    )


def test_a_cut_that_hides_sound_behind_an_edit_list_is_not_spliced(aac: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.m4a"
    ffmpeg("-ss", "1.5", "-i", aac / "a.m4a", "-c", "copy", cut)
    found = may_splice(probe(cut), stream=0, output_format=OUTPUT_FORMATS[".m4a"]) or spliced(
        cut, tmp_path / "made.mp4", length=LENGTH // 2
    )
    hidden = level_db(sound(cut, edit_list=False)) > -10
    assert hidden
    if isinstance(found, Spliced):
        heard = sound(tmp_path / "made.mp4", edit_list=False)
        assert len(heard) <= len(sound(cut)) + 4 * FRAME
