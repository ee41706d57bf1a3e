"""What is taken out reaches at least as far as the codec of the source carries a sound beyond its end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.media import Block, decode, probe
from pipeline.media.codec_smear import LEAST_S, smear_s
from tests.media.making import ffmpeg

RATE, EVERY_S, LASTS_S, COUNT = 48_000, 1.0, 0.3, 12
HEARD = 10 ** (-60 / 20)
STEP = RATE // 1000


@pytest.fixture(scope="module")
def bursts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pieces of something like a voice, each cut off where it is loud, with silence between them."""
    random, path = np.random.default_rng(5), tmp_path_factory.mktemp("bursts") / "bursts.f32"
    sound = np.zeros(round(COUNT * EVERY_S * RATE), np.float32)
    times_s = np.arange(round(LASTS_S * RATE)) / RATE
    for number in range(COUNT):
        hz = random.uniform(90, 220) * (1 + 0.1 * times_s)
        voice = sum(np.sin(2 * np.pi * np.cumsum(hz) / RATE * harmonic) / harmonic for harmonic in range(1, 12))
        start = round((number * EVERY_S + 0.3) * RATE)
        sound[start : start + len(times_s)] = 0.25 * voice + 0.02 * random.standard_normal(len(times_s))
    sound.tofile(path)
    return path


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (16_000, ("-c:a", "aac", "-b:a", "24k")),
        (44_100, ("-c:a", "aac", "-b:a", "64k")),
        (16_000, ("-c:a", "libmp3lame", "-b:a", "16k")),
        (16_000, ("-c:a", "libvorbis", "-q:a", "0")),
        (32_000, ("-c:a", "libvorbis", "-q:a", "0")),
        (48_000, ("-c:a", "libopus", "-b:a", "12k")),
    ],
)
def test_nothing_is_heard_further_than_the_smear(
    bursts: Path, tmp_path: Path, rate: int, words: tuple[str, ...]
) -> None:
    path = tmp_path / "bursts.mka"
    ffmpeg("-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", bursts, "-ar", str(rate), *words, path)
    sound = np.concatenate(list(decode(path, stream=0, rate=RATE, channels=1)))[:, 0]
    delay = round(_delay_s(sound) * RATE)
    smear = smear_s(probe(path).audio[0].codec, rate=rate)
    before, after = [], []
    for number in range(COUNT):
        start = round((number * EVERY_S + 0.3) * RATE) + delay
        end = start + round(LASTS_S * RATE)
        before.append(_heard_s(sound[start - RATE // 4 : start][::-1]))
        after.append(_heard_s(sound[end : end + RATE // 4]))
    assert max(before) <= smear
    assert max(after) <= smear
    assert max(*before, *after) > 0.003, "or the test does not measure what it says"


def test_what_nobody_measured_and_what_is_exact() -> None:
    assert smear_s("pcm_s16le", rate=8000) == smear_s("flac", rate=192_000) == LEAST_S
    assert smear_s("new", rate=8000) == 0.256
    assert smear_s("opus", rate=8000) == smear_s("opus", rate=48_000)
    assert smear_s("mp3", rate=8000) > smear_s("mp3", rate=16_000) > smear_s("mp3", rate=48_000) == LEAST_S


def _delay_s(sound: Block) -> float:
    """Matroska says nothing of a codec's delay: how much later than it was made the sound comes."""
    loud = np.abs(sound[: round(EVERY_S * RATE)]) > 0.1
    return (int(np.flatnonzero(loud)[0]) - round(0.3 * RATE)) / RATE


def _heard_s(sound: Block) -> float:
    """Up to when a millisecond is over -60 dBFS, but for what is too low to be of a voice."""
    slow = np.convolve(sound, np.ones(RATE // 50) / (RATE // 50), mode="same")
    levels = np.sqrt(np.square((sound - slow)[: len(sound) // STEP * STEP].reshape(-1, STEP)).mean(axis=1))
    heard = np.flatnonzero(levels > HEARD)
    return (int(heard[-1]) + 1) / 1000 if len(heard) else 0.0
