"""Whose words a caption holds: a tag or a header says it, or the name and colon that a line begins with.

A caption binds words to somebody only where that is unambiguous. A line that begins as a header, or as another
speaker's, never goes on with the words of whoever spoke before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.ingest.captions.model import Caption, looks_like_header
from pipeline.ingest.participants import Speakers

_PREFIX = re.compile(r"([^:\s][^:]{0,99}?)\s*:(?:\s+(.*)|)", re.DOTALL)
_TURN = re.compile(r"\s*(?:>>+|&gt;&gt;|[-–—•]\s)\s*")
_NAME_LIKE = re.compile(r"[\w\[(\"'][\w .,'’()\[\]/&@|-]*")
_MOST_WORDS = 6
_USUAL = 0.5
"""The share of captions that must begin with a name and a colon for a file to label its speakers so."""


@dataclass(slots=True)
class _Run:
    """Lines of one caption that one speaker said; ``speaker`` is None where nobody knows who."""

    speaker: str | None
    lines: list[str] = field(default_factory=list)


def prefixed(line: str) -> tuple[str, str] | None:
    """``Name: text`` as name and text, where a line begins so; it need not be a name."""
    match = _PREFIX.fullmatch(line.strip())
    return (match[1], (match[2] or "").strip()) if match else None


def spoken_parts(caption: Caption, speakers: Speakers) -> Iterator[tuple[str | None, str]]:
    """The words of a caption by who says them: a display name, or None where it is not certain."""
    runs = [_Run(caption.speaker)]
    for line in caption.text.split("\n"):
        begun = _begun(line, caption.speaker, speakers, is_first=not runs[-1].lines and len(runs) == 1)
        if begun is not None:
            runs.append(begun)
        else:
            runs[-1].lines.append(line)
    for run in runs:
        words = "\n".join(run.lines).strip()
        if words:
            yield run.speaker, words


def named_in(captions: Iterable[Caption]) -> list[str]:
    """Everybody whom a file names as speaking, in order: by tags and headers, and by prefixes where it uses such."""
    captions = list(captions)
    names = [caption.speaker for caption in captions if caption.speaker]
    untagged = [caption.text for caption in captions if caption.speaker is None]
    first = [prefixed(text.split("\n")[0]) for text in untagged]
    labels = [label[0] for label in first if label is not None and _is_name_like(label[0])]
    if untagged and len(labels) > _USUAL * len(untagged):
        names += labels
        later = (prefixed(line) for text in untagged for line in text.split("\n")[1:])
        names += [label[0] for label in later if label is not None and label[0] in set(labels)]
    return list(dict.fromkeys(names))


def _begun(line: str, tagged: str | None, speakers: Speakers, *, is_first: bool) -> _Run | None:
    """What a line begins within a caption; None where it goes on with the words before it."""
    if looks_like_header(line):
        return _Run(None)
    turn = _TURN.match(line)
    label = prefixed(line[turn.end() :] if turn else line)
    if label is not None and speakers.knows(label[0]):
        if tagged is None:
            return _Run(label[0], [label[1]] if label[1] else [])
        # The file names one speaker and the line another: then nobody knows.
        return None if speakers.find(label[0]) == speakers.find(tagged) else _Run(None, [line])
    if tagged is not None or is_first:
        return None
    if turn is not None or (label is not None and _is_name_like(label[0])):
        return _Run(None, [line])
    return None


def _is_name_like(text: str) -> bool:
    """Whether a text before a colon may be somebody's name: few words, the first not in lower case."""
    return len(text.split()) <= _MOST_WORDS and _NAME_LIKE.fullmatch(text) is not None and not text[:1].islower()
