"""What is said to be secret, by phrases alone and with the sentence model: found, invented, and what looking costs.

    python -m tests.benchmarks.secrecy [FOLDER of marked sets]

Five sets of 40 secrets and 40 or 60 sentences with the same words lie in ``secrecy_sets``; f has 62 secrets that are
near to 291 things that hosts and customers say of software, and was looked at for what it is measured by. A line begins
with S for a secret, whose own words stand in [[ ]], or with N for none. Of the folder, what is found in talk counts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.text.tokens import Recognizer, read
from pipeline.lexicon.cues import shipped_cues

SETS = Path(__file__).with_name("secrecy_sets")
NAMES = ("a", "b", "c", "d", "e", "f")
WORDS_A_MINUTE = 150
_TURNS = (500, 1000, 2000)
# Who speaks of anything; the other sets are mail, tweets and made sentences.
_TALK = ("earnings21", "earnings21_realasr_google", "earnings21_realasr_rev_espnet", "gum_interview_court")
_PODCASTS = ("changelog_silver_person", "changelog_spelled", "changelog_spoken", "frminer_chat")


class Secret(NamedTuple):
    """What is said, and the characters of the secret itself in it."""

    text: str
    start_char: int
    end_char: int


def secrets_of(name: str) -> list[Secret]:
    """The secrets of a set."""
    parts = [line[2:].replace("]]", "[[").split("[[") for line in _lines(name) if line.startswith("S ")]
    return [
        Secret(before + secret + behind, len(before), len(before + secret.rstrip(".")))
        for before, secret, behind in parts
    ]


def others_of(name: str) -> list[str]:
    """The sentences of a set that are none."""
    return [line[2:] for line in _lines(name) if line.startswith("N ")]


def is_covered(secret: Secret, recognize: Recognizer) -> bool:
    """Whether a match takes all of the secret itself."""
    return any(
        match.start_char <= secret.start_char and secret.end_char <= match.end_char
        for match in recognize(read(secret.text))
    )


def recognizers() -> dict[str, Recognizer]:
    """By phrases alone, and with the sentence model as well where it is on this machine."""
    cues = shipped_cues()
    return {
        "phrases": statement_recognizer(replace(cues, secret_examples=())),
        "with the model": statement_recognizer(cues),
    }


def measure(folder: Path | None) -> Iterator[str]:
    """Lines for people."""
    for how, recognize in recognizers().items():
        for name in NAMES:
            secrets, others = secrets_of(name), others_of(name)
            covered = sum(is_covered(secret, recognize) for secret in secrets)
            invented = sum(bool(recognize(read(text))) for text in others)
            yield f"{name}, {how}: {covered} of {len(secrets)} found, {invented} of {len(others)} others taken for one"
        for path in sorted(folder.glob("*/*.jsonl")) if folder else ():
            if path.stem in (*_TALK, *_PODCASTS):
                texts = [str(json.loads(line)["text"]) for line in path.read_text("utf-8").splitlines()]
                words = sum(len(text.split()) for text in texts)
                found = sum(len(recognize(read(text))) for text in texts)
                minutes = words / WORDS_A_MINUTE
                yield f"{path.parent.name}/{path.stem}, {how}: {found} in {words} words ({minutes:.0f} min)"
        yield from (f"{turns} turns, {how}: {_processor_s(recognize, turns):.2f} s" for turns in _TURNS)


def _processor_s(recognize: Recognizer, turns: int) -> float:
    """The processor time for that many turns of which none was read before."""
    sentences = [text for name in NAMES for text in others_of(name)]
    began = time.process_time()
    for number in range(turns):
        recognize(read(f"Nobody told us of {turns} and {number}. {sentences[number % len(sentences)]}"))
    return time.process_time() - began


def _lines(name: str) -> Sequence[str]:
    return (SETS / f"{name}.txt").read_text("utf-8").splitlines()


if __name__ == "__main__":
    for line in measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        sys.stdout.write(f"{line}\n")
