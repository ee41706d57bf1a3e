"""A sound encoded again as a whole: only what is taken out passes through our hands, at its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputRefused, TryAgain
from pipeline.media import Block, decode
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.media.reencode import reencode

RATE = 48_000


def recoded(
    source: Path, target: Path, ranges: Sequence[tuple[int, int]] = (), *, length: int = 3 * RATE, channels: int = 2
) -> dict[int, Block]:
    """Silences the ranges; what was there, by the sample at which it came."""
    seen = {}

    def silent(at: int, block: Block) -> None:
        seen[at] = block.copy()
        block[:] = 0.0

    output_format = OUTPUT_FORMATS[target.suffix]
    reencode(
        source,
        target,
        stream=0,
        output_format=output_format,
        rate=RATE,
        channels=channels,
        bits=16,
        ranges=ranges,
        length=length,
        edit=silent,
    )
    return seen


def sound(path: Path) -> Block:
    return np.concatenate(list(decode(path, stream=0, rate=RATE, channels=2)))


@pytest.mark.parametrize("suffix", [".mp3", ".opus", ".wav", ".mkv", ".m4a"])
def test_what_is_taken_out_is_gone_and_the_rest_in_its_place(media: Path, tmp_path: Path, suffix: str) -> None:
    source, made = media / "plain.ogg", tmp_path / f"made{suffix}"
    ranges = ((0, 100), (round(1.2 * RATE), round(1.8 * RATE)))
    seen = recoded(source, made, ranges)
    before, after = sound(source), sound(made)
    for at, block in seen.items():
        np.testing.assert_allclose(block, before[at : at + len(block)], atol=1 / 32768)
    assert sum(map(len, seen.values())) == 100 + round(0.6 * RATE)
    loud = np.abs(after[: 3 * RATE - 480, 0].reshape(-1, RATE // 100)).max(axis=1) > 0.05
    edges = (np.flatnonzero(np.diff(loud.astype(np.int8))) + 1) / 100
    np.testing.assert_allclose(edges, [1.0, 1.2, 1.8, 2.0], atol=0.03)
    assert len(after) == pytest.approx(3 * RATE, abs=1200)


def test_without_the_kernel_s_help_it_is_the_same(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = ((40_000, 50_000), (140_000, 144_000))
    recoded(media / "plain.mp3", tmp_path / "one.opus", ranges)
    monkeypatch.delattr(os, "splice", raising=False)
    recoded(media / "plain.mp3", tmp_path / "two.opus", ranges)
    assert (tmp_path / "one.opus").read_bytes() == (tmp_path / "two.opus").read_bytes()


def test_a_source_is_cut_or_filled_up_to_the_length(media: Path, tmp_path: Path) -> None:
    short, long = tmp_path / "short.wav", tmp_path / "long.wav"
    recoded(media / "plain.wav", short, ((RATE, RATE + 5),), length=RATE + 10)
    behind = recoded(media / "plain.wav", long, ((5 * RATE, 6 * RATE),), length=7 * RATE)
    assert (len(sound(short)), len(sound(long))) == (RATE + 10, 7 * RATE)
    assert not np.any(sound(long)[3 * RATE :])
    assert not any(map(np.any, behind.values()))
    assert sum(map(len, behind.values())) == RATE


def test_a_damaged_source_or_a_failing_encoder_is_no_success(media: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes((media / "plain.wav").read_bytes()[:40])
    with pytest.raises(InputRefused):
        recoded(broken, tmp_path / "a.mp3")
    with pytest.raises(TryAgain):
        recoded(media / "plain.wav", tmp_path / "b.flac", length=60 * RATE, channels=12)
