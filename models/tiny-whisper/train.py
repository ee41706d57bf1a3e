"""Trains the tiny Whisper and writes everything that this folder ships: model, fixture and figures."""

import argparse
import itertools
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import check
import corpus
import export
import fixture
import tokens
import torch
from batches import IGNORED, Batch, Batcher
from network import Shape, TinyWhisper
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

SEED = 7
STEPS = 1500
BATCH = 10  # for each worker
FIXTURE_SHARE = 0.5
PEAK_RATE = 1.5e-3
WARM_UP_STEPS = 60
REPORT_STEPS = 50
WORKERS = 2  # threads that each work out a batch on one core: on two busy cores twice as fast as sharing every product
LOSSES = ("text", "place", "phone")


def rate(step: int, done: float) -> float:
    """The share of the peak rate: up in a line, down along a cosine to a fiftieth."""
    return min((step + 1) / WARM_UP_STEPS, 0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)


def losses(model: TinyWhisper, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Of the text, of where the guided heads listen, and of the phone at each position."""
    with torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=False):
        scores, where, phones = model(batch.features, batch.tokens)
    text = functional.cross_entropy(scores.float().flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)
    known = batch.where.sum().clamp(min=1.0)
    place = -(where * batch.where[:, None]).sum() / (known * where.shape[1])
    phone = functional.cross_entropy(phones.float().flatten(0, 1), batch.phones.flatten(), ignore_index=IGNORED)
    return text, place, phone


def gradients(model: TinyWhisper, batch: Batch) -> tuple[tuple[Tensor, ...], Tensor]:
    """The gradient of the weighted losses for every parameter, and the losses themselves."""
    text, place, phone = losses(model, batch)
    found = torch.autograd.grad(text + 0.3 * place + 0.5 * phone, list(model.parameters()))
    return found, torch.stack([text.detach(), place.detach(), phone.detach()])


def train(model: TinyWhisper, batches: Iterator[Batch], folder: Path, *, steps: int, minutes: float) -> int:
    """Trains for so many steps, or by the clock where minutes are given; returns the number of steps made."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    began, sums, step, done = time.monotonic(), torch.zeros(3), 0, 0.0
    with ThreadPoolExecutor(WORKERS) as pool:
        while done < 1:
            made = list(pool.map(lambda batch: gradients(model, batch), itertools.islice(batches, WORKERS)))
            for parameter, *parts in zip(model.parameters(), *(found for found, _ in made), strict=True):
                parameter.grad = torch.stack(parts).mean(0)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for group in optimizer.param_groups:
                group["lr"] = PEAK_RATE * rate(step, done)
            optimizer.step()
            sums += torch.stack([of_batch for _, of_batch in made]).mean(0)
            step += 1
            spent = (time.monotonic() - began) / 60
            done = spent / minutes if minutes else step / steps
            if step % REPORT_STEPS == 0:
                _report(step, spent, sums / REPORT_STEPS)
                sums.zero_()
                torch.save(model.state_dict(), folder / "state.pt")
    return step


def _report(step: int, spent: float, means: Tensor) -> None:
    shown = ", ".join(f"{name} {value:.3f}" for name, value in zip(LOSSES, means.tolist(), strict=True))
    print(f"step {step}, {spent:.1f} min: {shown}", flush=True)


def prepare(folder: Path, sentences: int) -> tuple[TinyWhisper, Batcher, Tokenizer]:
    """The corpus, the tokenizer learnt from it and a model with random weights."""
    examples = corpus.make(sentences, SEED, folder / "corpus.pickle")
    texts = [example.text for example in examples if not example.fixture] + corpus.fixture_sentences() * 20
    tokenizer = tokens.learn(texts)
    batcher = Batcher(examples, tokenizer, SEED)
    torch.manual_seed(SEED)
    model = TinyWhisper(Shape(vocabulary=tokenizer.get_vocab_size(), phones=len(batcher.phones)))
    return model, batcher, tokenizer


def main() -> None:
    """Makes everything, in the order of the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="a folder for the corpus and the checkpoint")
    parser.add_argument("--sentences", type=int, default=7000, help="how many sentences to make up beside the fixture")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--minutes", type=float, default=0.0, help="stop by the clock instead of by steps")
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.work.mkdir(parents=True, exist_ok=True)
    model, batcher, tokenizer = prepare(given.work, given.sentences)
    batches = batcher.draw(BATCH, fixture_share=FIXTURE_SHARE)
    print("steps made:", train(model, batches, given.work, steps=given.steps, minutes=given.minutes))
    export.export(model, tokenizer, corpus.HERE)
    fixture.write(corpus.HERE / "fixture")
    check.check(corpus.HERE)


if __name__ == "__main__":
    main()
