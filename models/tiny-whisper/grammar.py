"""Makes up office-hours sentences, so that the model meets more than its fixture."""

import random
import tomllib
from pathlib import Path

_PARTS = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text(encoding="utf-8"))
PATTERNS: list[str] = _PARTS["patterns"]
SLOTS: dict[str, list[str]] = _PARTS["slots"]


def sentences(count: int, seed: int, words: list[str]) -> list[str]:
    """Distinct sentences; every sixth is a row of unrelated `words`, so that sound counts more than grammar."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made[_row(chance, words) if len(made) % 6 == 0 else _sentence(chance)] = None
    return list(made)


def vocabulary(lines: list[str]) -> list[str]:
    """Every word of these lines and of the slots, without punctuation."""
    text = " ".join([*lines, *(choice for choices in SLOTS.values() for choice in choices)])
    return sorted({word.strip(".,?") for word in text.split()})


def _sentence(chance: random.Random) -> str:
    line = chance.choice(PATTERNS)
    for slot, choices in SLOTS.items():
        while "{" + slot + "}" in line:
            line = line.replace("{" + slot + "}", chance.choice(choices), 1)
    return line[0].upper() + line[1:]


def _row(chance: random.Random, words: list[str]) -> str:
    row = " ".join(chance.choice(words) for _ in range(chance.randint(3, 8)))
    return row[0].upper() + row[1:] + "."
