"""Speaks the training sentences and keeps their features and times in one file."""

import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grammar
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from speak import SAMPLE_RATE, VOICES, Phone, Utterance, Word, speak

HERE = Path(__file__).parent
FRAMES_PER_S = 100
LONGEST_S = 4.7
FIXTURE_STRETCHES = (1.0, 0.94, 1.06)


@dataclass(frozen=True, slots=True)
class Example:
    """One spoken sentence as the log of its mel spectrum, 80 bands by frames of 10 ms."""

    text: str
    voice: str
    fixture: bool
    log_mel: NDArray[np.float16]
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]


def fixture_sentences() -> list[str]:
    """The sentences that the model has to get right."""
    return (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()


def training_lines(count: int, seed: int) -> list[str]:
    """The generated sentences, none of which is a fixture sentence."""
    fixture = fixture_sentences()
    words = grammar.vocabulary(fixture)
    return [line for line in grammar.sentences(count, seed, words) if line not in set(fixture)]


def make(count: int, seed: int, cache: Path, workers: int = 2) -> list[Example]:
    """All examples: each fixture sentence in every voice and pace, each other sentence in one of them."""
    if cache.exists():
        with cache.open("rb") as file:
            return list(pickle.load(file))  # our own file, written below
    chance = random.Random(seed)
    jobs = [(text, voice, pace, True) for text in fixture_sentences() for voice in VOICES for pace in FIXTURE_STRETCHES]
    for text in training_lines(count, seed):
        jobs.append((text, chance.choice(VOICES), chance.uniform(0.88, 1.12), False))
    with ThreadPoolExecutor(workers) as pool:
        made = [example for example in pool.map(_example, jobs) if example is not None]
    with cache.open("wb") as file:
        pickle.dump(made, file)
    return made


def _example(job: tuple[str, str, float, bool]) -> Example | None:
    text, voice, pace, fixture = job
    try:
        utterance = speak(text, voice, stretch=pace)
    except ValueError:  # two words that flite ran together: no times to learn from
        return None
    if utterance.duration_s > LONGEST_S:
        return None
    return Example(text, voice, fixture, log_mel(utterance), utterance.phones, utterance.words)


def log_mel(utterance: Utterance) -> NDArray[np.float16]:
    """faster-whisper's own features, before it clips them to the loudest frame (training varies that)."""
    extractor = FeatureExtractor()
    samples = utterance.samples.astype(np.float32) / 32768.0
    window = np.hanning(extractor.n_fft + 1)[:-1].astype("float32")
    spectrum = extractor.stft(
        np.pad(samples, (0, SAMPLE_RATE // FRAMES_PER_S)),
        extractor.n_fft,
        extractor.hop_length,
        window=window,
        return_complex=True,
    )
    power = np.abs(spectrum[..., :-1]) ** 2
    return np.log10(np.clip(extractor.mel_filters @ power, 1e-10, None)).astype(np.float16)
