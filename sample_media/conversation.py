"""What is said: reads conversations/NAME.txt, one utterance a line, with the confidential mentions marked.

A line is `speaker: text with a [mention|label] or an [unlisted one|label!]`; `request` or `discovery` may follow
the speaker.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "conversations"
LINE = re.compile(r"(?P<speaker>\w+)(?: (?P<kind>request|discovery))?: (?P<text>.+)")
MARKED = re.compile(r"\[(?P<text>[^|\]]+)\|(?P<label>\w+)(?P<unlisted>!?)\]")


@dataclass(frozen=True)
class Mention:
    """A confidential mention: words `first` to `last` (half-open) of its utterance."""

    text: str
    label: str
    unlisted: bool
    first: int
    last: int


@dataclass(frozen=True)
class Utterance:
    """One thing that one person says without a break; `kind` is '' for ordinary talk."""

    speaker: str
    kind: str
    text: str
    mentions: tuple[Mention, ...]

    @property
    def words(self) -> list[str]:
        """The words as written, with their punctuation."""
        return self.text.split()


def load_conversation(name: str) -> list[Utterance]:
    """All utterances of conversations/NAME.txt, in order."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [parse_utterance(line) for line in lines]


def parse_utterance(line: str) -> Utterance:
    """One line of a conversation file, its markup turned into word positions."""
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not an utterance: {line}")
    return Utterance(
        speaker=match["speaker"],
        kind=match["kind"] or "",
        text=MARKED.sub(lambda mark: mark["text"], match["text"]),
        mentions=tuple(find_mentions(match["text"])),
    )


def find_mentions(marked: str) -> list[Mention]:
    """The marked mentions of a line, each with the positions of its words."""
    mentions: list[Mention] = []
    for mark in MARKED.finditer(marked):
        before = MARKED.sub(lambda earlier: earlier["text"], marked[: mark.start()])
        first = len(before.split())
        last = first + len(mark["text"].split())
        mentions.append(Mention(mark["text"], mark["label"], bool(mark["unlisted"]), first, last))
    return mentions
