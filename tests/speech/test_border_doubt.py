"""How sure the borders of aligned words are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.speech.audio_types import RATE, Samples
from pipeline.speech.engines.border_doubt import CLEAR_DOUBT_S, NOISY_DOUBT_S, border_doubt_s
from tests.speech.conftest import chunk_of, sound


@pytest.fixture(scope="module")
def speech(introduction: Path) -> list[Samples]:
    chunk = chunk_of(sound(introduction))
    return [chunk.cut(span) for span in chunk.speech]


def noisy(speech: list[Samples], ratio_db: float) -> list[Samples]:
    draw = np.random.default_rng(7)
    level = np.sqrt(np.mean(np.square(np.concatenate(speech)))) * 10 ** (-ratio_db / 20)
    return [samples + (level * draw.standard_normal(len(samples))).astype(np.float32) for samples in speech]


def test_noise_makes_borders_doubtful(speech: list[Samples]) -> None:
    doubts = [border_doubt_s(noisy(speech, ratio_db)) for ratio_db in (60, 18, 10)]
    assert border_doubt_s(speech) == doubts[0] == CLEAR_DOUBT_S
    assert CLEAR_DOUBT_S < doubts[1] <= doubts[2] == NOISY_DOUBT_S


def test_how_loud_it_is_says_nothing(speech: list[Samples]) -> None:
    assert border_doubt_s([samples * np.float32(0.1) for samples in speech]) == CLEAR_DOUBT_S


def test_what_a_gate_left_silent_does_not_make_noise_clear(speech: list[Samples]) -> None:
    gated = [*noisy(speech, 10), np.zeros(3 * RATE, np.float32)]
    assert border_doubt_s(gated) == NOISY_DOUBT_S


def test_without_sound_nothing_is_sure() -> None:
    assert border_doubt_s([]) == border_doubt_s([np.zeros(RATE, np.float32)]) == NOISY_DOUBT_S
