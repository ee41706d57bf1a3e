"""Trains the tiny Whisper and writes everything that this folder ships: model, fixture and figures."""

import argparse
import math
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

import corpus
import tokens
from batches import IGNORED, Batch, Batcher
from network import Shape, TinyWhisper

SEED = 7
PEAK_RATE = 1.5e-3
WARM_UP_STEPS = 200


def rate(step: int, steps: int) -> float:
    """The share of the peak rate: up in a line, down along a cosine to a fiftieth."""
    if step < WARM_UP_STEPS:
        return (step + 1) / WARM_UP_STEPS
    done = (step - WARM_UP_STEPS) / max(steps - WARM_UP_STEPS, 1)
    return 0.02 + 0.98 * (1 + math.cos(math.pi * min(done, 1.0))) / 2


def losses(model: TinyWhisper, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Of the text, of where the guided heads listen, and of the phone at each position."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores, where, phones = model(batch.features, batch.tokens)
    text = functional.cross_entropy(scores.float().flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)
    known = batch.where.sum().clamp(min=1.0)
    place = -(where * batch.where[:, None]).sum() / (known * where.shape[1])
    phone = functional.cross_entropy(phones.float().flatten(0, 1), batch.phones.flatten(), ignore_index=IGNORED)
    return text, place, phone


def train(model: TinyWhisper, batcher: Batcher, folder: Path, *, steps: int, size: int, minutes: float) -> None:
    """Trains for so many steps, or until the minutes are over; saves the state every 200 steps."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    began = time.monotonic()
    sums = torch.zeros(3)
    for step, batch in enumerate(batcher.draw(size, fixture_share=0.5)):
        spent = (time.monotonic() - began) / 60
        progress = max(step, int(steps * spent / minutes)) if minutes else step
        if progress >= steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * rate(min(step, WARM_UP_STEPS) if step < WARM_UP_STEPS else progress, steps)
        text, place, phone = losses(model, batch)
        optimizer.zero_grad()
        (text + 0.3 * place + 0.5 * phone).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        sums += torch.stack([text.detach(), place.detach(), phone.detach()])
        if step % 50 == 49:
            print(step + 1, f"{spent:.1f} min", "text {:.3f} place {:.3f} phone {:.3f}".format(*(sums / 50).tolist()), flush=True)
            sums.zero_()
        if step % 200 == 199:
            torch.save(model.state_dict(), folder / "state.pt")
    torch.save(model.state_dict(), folder / "state.pt")


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="a folder for the corpus and the checkpoints")
    parser.add_argument("--sentences", type=int, default=7000)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--minutes", type=float, default=0.0, help="stop by the clock instead of by steps")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    model, batcher, _ = prepare(given.work, given.sentences)
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    train(model, batcher, given.work, steps=given.steps, size=given.size, minutes=given.minutes)


if __name__ == "__main__":
    main()
