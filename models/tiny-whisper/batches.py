"""Turns examples into batches: sound with shifts and noise, the prompt, the tokens and where they were spoken."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tokens
import torch
from corpus import Example
from network import BANDS, NEAR
from numpy.typing import NDArray
from speak import SILENCE
from tokenizers import Tokenizer
from torch import Tensor

FRAMES = 2 * NEAR
POSITIONS_PER_S = 50
EMPTY_FRAMES = 6
FLOOR = -10.0  # the logarithm of digital silence
IGNORED = -100

Mel = NDArray[np.float32]
Row = tuple[Tensor, list[int], list[int], Tensor, Tensor]  # features, tokens, targets, where, phones


@dataclass(frozen=True, slots=True)
class Batch:
    """What one training step needs."""

    features: Tensor  # (batch, bands, FRAMES)
    tokens: Tensor  # (batch, length), the decoder's input
    targets: Tensor  # (batch, length), IGNORED where nothing is asked
    where: Tensor  # (batch, length, NEAR + 1), rows of zeros where no place is known
    phones: Tensor  # (batch, NEAR), IGNORED beyond the clip


@dataclass(frozen=True, slots=True)
class Sound:
    """One example's input: features, how far speech was moved, and the frames that hold sound."""

    features: Mel
    offset: int
    frames: int


class Batcher:
    """Draws batches of which about half are fixture sentences."""

    def __init__(self, examples: list[Example], tokenizer: Tokenizer, seed: int) -> None:
        self.chance = random.Random(seed)
        self.noise = np.random.default_rng(seed)
        self.fixture = [example for example in examples if example.fixture]
        self.general = [example for example in examples if not example.fixture]
        self.tokenizer = tokenizer
        self.phones = sorted({phone.name for example in examples for phone in example.phones})
        self.special = tokens.special_ids(tokenizer)

    def draw(self, size: int, fixture_share: float) -> Iterator[Batch]:
        """Endless batches of `size` examples."""
        while True:
            rows = []
            for _ in range(size):
                fixture = self.chance.random() < fixture_share or not self.general
                rows.append(self._row(self.chance.choice(self.fixture if fixture else self.general)))
            yield _stack(rows, self.special["endoftext"])

    def _row(self, example: Example) -> Row:
        if self.chance.random() < 0.05:
            return self._silent_row(example)
        sound = self._sound(example)
        delay_s = sound.offset / 100
        prompt, answer, spans = self._speech(example, delay_s)
        row = prompt + answer
        targets = [IGNORED] * (len(prompt) - 1) + answer
        where = torch.zeros(len(row) - 1, NEAR + 1)
        for index, (start_s, end_s) in spans.items():
            first = min(int(start_s * POSITIONS_PER_S), NEAR - 1)
            last = min(max(int(np.ceil(end_s * POSITIONS_PER_S)), first + 1), NEAR)
            where[len(prompt) - 1 + index, first:last] = 1 / (last - first)
        return torch.from_numpy(sound.features), row[:-1], targets, where, self._phone_row(example, sound)

    def _speech(self, example: Example, delay_s: float) -> tuple[list[int], list[int], dict[int, tuple[float, float]]]:
        """Prompt, answer, and for rows of the answer when that token was spoken."""
        first_s, last_s = example.words[0].start_s + delay_s, example.words[-1].end_s + delay_s
        prompt = [*self._context(example), self.special["startoftranscript"]]
        text, places = self._tokens(example, delay_s)
        timed = self.chance.random() < 0.3 and first_s <= 1.0
        opening = self._timestamp(first_s) if timed else self.special["notimestamps"]
        answer = [opening, *text, *([self._timestamp(last_s)] if timed else []), self.special["endoftext"]]
        spans = {row + 1: place for row, place in enumerate(places)}
        spans[len(places) + 1] = (last_s, last_s + 0.15)
        return prompt, answer, spans

    def _tokens(self, example: Example, delay_s: float) -> tuple[list[int], list[tuple[float, float]]]:
        ids: list[int] = []
        places: list[tuple[float, float]] = []
        for word in example.words:
            bare = word.text.rstrip(".,?")
            pieces = self.tokenizer.encode(" " + bare, add_special_tokens=False).ids
            start_s, end_s = word.start_s + delay_s, word.end_s + delay_s
            share_s = (end_s - start_s) / len(pieces)
            ids += pieces
            places += [(start_s + i * share_s, start_s + (i + 1) * share_s) for i in range(len(pieces))]
            if bare != word.text:
                mark = self.tokenizer.encode(word.text[len(bare) :], add_special_tokens=False).ids
                ids += mark
                places += [(end_s, end_s + 0.1)] * len(mark)
        return ids, places

    def _context(self, example: Example) -> list[int]:
        """Sometimes hot words (some of them in the sentence, some not) or an earlier sentence in front."""
        dice = self.chance.random()
        if dice < 0.65:
            return []
        others = [self.chance.choice(self.general or self.fixture).text for _ in range(self.chance.randint(1, 3))]
        pool = [word.strip(".,?") for text in others for word in text.split()]
        if dice < 0.9:
            if self.chance.random() < 0.6:
                pool += [word.strip(".,?") for word in example.text.split() if word[0].isupper()]
            self.chance.shuffle(pool)
            text = self.chance.choice([" ", ", "]).join(pool[: self.chance.randint(1, 12)])
        else:
            text = others[0]
        return [self.special["startofprev"], *self.tokenizer.encode(" " + text, add_special_tokens=False).ids]

    def _timestamp(self, time_s: float) -> int:
        return self.special["notimestamps"] + 1 + round(time_s / 0.02)

    def _sound(self, example: Example) -> Sound:
        """The clip with some of its own silence cut off, or more put around it."""
        speech, offset = example.log_mel.astype(np.float32), 0
        first, last = int(example.words[0].start_s * 100), int(example.words[-1].end_s * 100) + 1
        if self.chance.random() < 0.3:
            speech = speech[:, : self.chance.randint(min(last, speech.shape[1]), speech.shape[1])]
        if self.chance.random() < 0.3:
            offset = -self.chance.randint(0, max(first - 2, 0))
            speech = speech[:, -offset:]
        room = max(FRAMES - EMPTY_FRAMES - speech.shape[1], 0)
        before = self.chance.choice([0, 0, self.chance.randint(0, min(room, 100))])
        after = self.chance.choice([0, 0, self.chance.randint(0, min(room - before, 80))])
        speech = np.pad(speech, ((0, 0), (before, after)), constant_values=FLOOR)
        return Sound(self._finish(speech), offset + before, speech.shape[1])

    def _finish(self, log_mel: Mel) -> Mel:
        """Gain, noise and the clipping that faster-whisper applies; then the empty rest of the window."""
        loud = log_mel + self.chance.gauss(0, 0.25)
        if self.chance.random() < 0.5:
            hiss = self.chance.uniform(-6, -2.0) + self.noise.normal(0, 0.25, loud.shape).astype(np.float32)
            loud = np.logaddexp(loud * 2.3026, hiss * 2.3026) / 2.3026
        ceiling = loud.max() + (self.chance.uniform(0, 0.5) if self.chance.random() < 0.4 else 0.0)
        scaled = (np.maximum(loud, ceiling - 8.0) + 4.0) / 4.0
        window = np.zeros((BANDS, FRAMES), dtype=np.float32)
        window[:, : scaled.shape[1]] = scaled[:, : FRAMES - EMPTY_FRAMES]
        return window

    def _phone_row(self, example: Example, sound: Sound) -> Tensor:
        row = torch.full((NEAR,), IGNORED)
        row[: sound.frames // 2] = self.phones.index(SILENCE)
        for phone in example.phones:
            first = max(round((phone.start_s * 100 + sound.offset) / 2), 0)
            row[first : max(round((phone.end_s * 100 + sound.offset) / 2), first)] = self.phones.index(phone.name)
        return row

    def _silent_row(self, example: Example) -> Row:
        """No speech, or only the end of it, where faster-whisper goes on listening: the model writes nothing."""
        silence = np.full((BANDS, self.chance.randint(0, 300)), FLOOR, dtype=np.float32)
        last = int(example.words[-1].end_s * 100) - self.chance.randint(0, 5)
        tail = example.log_mel[:, last:].astype(np.float32)
        quiet = np.concatenate([tail, silence], 1) if self.chance.random() < 0.7 or silence.shape[1] < 20 else silence
        phones = torch.full((NEAR,), IGNORED)
        phones[: quiet.shape[1] // 2] = self.phones.index(SILENCE)
        opening = self.chance.choice([self.special["notimestamps"], self._timestamp(0.0)])
        given = [self.special["startoftranscript"], opening]
        targets = [self.special["nospeech"], self.special["endoftext"]]
        return torch.from_numpy(self._finish(quiet)), given, targets, torch.zeros(2, NEAR + 1), phones


def _stack(rows: list[Row], filler: int) -> Batch:
    length = max(len(row[1]) for row in rows)
    inputs = torch.full((len(rows), length), filler)
    targets = torch.full((len(rows), length), IGNORED)
    where = torch.zeros(len(rows), length, NEAR + 1)
    for i, (_, given, asked, place, _) in enumerate(rows):
        inputs[i, : len(given)] = torch.tensor(given)
        targets[i, : len(asked)] = torch.tensor(asked)
        where[i, : len(place)] = place
    return Batch(torch.stack([row[0] for row in rows]), inputs, targets, where, torch.stack([row[4] for row in rows]))
