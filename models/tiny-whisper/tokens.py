"""The byte-level BPE of the model and the ids of its special tokens."""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

MERGES = 700
SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
TIMESTAMPS = tuple(f"<|{step * 0.02:.2f}|>" for step in range(1501))
# faster-whisper suppresses the first token of " -", " '" and " ♩". Were that the bare space, no word that
# begins with a rare letter could be written, so these three are tokens of their own.
FORCED = (("Ġ", "-"), ("Ġ", "'"), ("Ġ", "â"))


def learn(lines: Iterable[str]) -> Tokenizer:
    """Learns the merges from these lines and adds the special tokens and timestamps behind them."""
    draft = _empty(models.BPE())
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=len(alphabet) + MERGES, initial_alphabet=alphabet, show_progress=False)
    draft.train_from_iterator((" " + line for line in lines), trainer)
    state = json.loads(draft.to_str())["model"]
    vocab: dict[str, int] = state["vocab"]
    merges = [tuple(merge) for merge in state["merges"]]
    for left, right in FORCED:
        vocab.setdefault(left + right, len(vocab))
        merges.append((left, right))
    tokenizer = _empty(models.BPE(vocab=vocab, merges=merges))
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIALS])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in TIMESTAMPS])
    return tokenizer


def _empty(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def special_ids(tokenizer: Tokenizer) -> dict[str, int]:
    """The id of each special token by its bare name."""
    ids = tokenizer.get_vocab()
    return {name.strip("<|>"): ids[name] for name in SPECIALS}


def listing(tokenizer: Tokenizer) -> list[str]:
    """Every token in the order of its id."""
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Writes `tokenizer.json` without the line breaks that would make it three times as large."""
    (folder / "tokenizer.json").write_text(
        json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
