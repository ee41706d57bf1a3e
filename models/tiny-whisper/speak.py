"""Speaks a sentence with flite and says when each word was spoken."""

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOICES = ("slt", "rms", "awb", "kal16")
SAMPLE_RATE = 16_000
SILENCE = "pau"


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of the utterance."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it is written, with its punctuation, and when it was spoken."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence as sound, with the times that the synthesizer itself gave."""

    text: str
    voice: str
    samples: NDArray[np.int16]
    phones: tuple[Phone, ...]
    words: tuple[Word, ...]

    @property
    def duration_s(self) -> float:
        """The length of the sound."""
        return len(self.samples) / SAMPLE_RATE


def speak(text: str, voice: str, *, stretch: float = 1.0) -> Utterance:
    """Synthesizes one sentence; `stretch` above 1 is slower."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        printed = _flite(voice, "-psdur", "-s", f"duration_stretch={stretch}", "-t", text, "-o", str(wav))
        with wave.open(str(wav)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16)
    phones = _phones(printed)
    return Utterance(text, voice, samples, phones, _words(text, phones))


def _flite(voice: str, *arguments: str) -> str:
    done = subprocess.run(
        ["flite", "-voice", voice, *arguments], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    return done.stdout


def _phones(printed: str) -> tuple[Phone, ...]:
    phones, start_s = [], 0.0
    for item in printed.split():
        name, end = item.rsplit(":", 1)
        phones.append(Phone(name, start_s, float(end)))
        start_s = float(end)
    return tuple(phones)


def _words(text: str, phones: tuple[Phone, ...]) -> tuple[Word, ...]:
    """Gives each written word the phones that its pronunciation alone lines up with best."""
    spoken = [phone for phone in phones if phone.name != SILENCE]
    written = text.split()
    expected = [(name, index) for index, word in enumerate(written) for name in _alone(word)]
    owners = _line_up([name for name, _ in expected], [phone.name for phone in spoken])
    times: dict[int, list[Phone]] = {}
    for phone, position in zip(spoken, owners, strict=True):
        times.setdefault(expected[position][1], []).append(phone)
    if len(times) != len(written):
        raise ValueError(f"a word of this sentence has no phones of its own: {text}")
    return tuple(Word(word, times[i][0].start_s, times[i][-1].end_s) for i, word in enumerate(written))


@cache
def _alone(word: str) -> tuple[str, ...]:
    printed = _flite("kal16", "-ps", "-t", word.strip(".,?"), "-o", "none")
    return tuple(name for name in printed.split() if name != SILENCE)


def _line_up(expected: list[str], heard: list[str]) -> list[int]:
    """For each phone heard, the index of the expected phone it belongs to, by least edit cost."""
    rows, columns = len(expected) + 1, len(heard) + 1
    cost = np.zeros((rows, columns))
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            swap = cost[i - 1, j - 1] + (expected[i - 1] != heard[j - 1])
            cost[i, j] = min(swap, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    owners = [0] * len(heard)
    i, j = rows - 1, columns - 1
    while j > 0:
        swap = cost[i - 1, j - 1] + (expected[i - 1] != heard[j - 1]) if i else np.inf
        if i and cost[i, j] == swap:
            owners[j - 1], i, j = i - 1, i - 1, j - 1
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            owners[j - 1], j = max(i - 1, 0), j - 1
    return owners
