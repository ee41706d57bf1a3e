"""WebVTT by the parsing rules of the W3C (WebVTT, section 6), with its voice spans.

Of the libraries, webvtt-py 0.6.0 gives a whole cue to its first ``<v Name>`` and reads timings that the rules do not,
which hands one speaker's words to another: so the rules themselves are here, but for the comma that converters write
before thousandths: a caption that is not read is one whose speaker nobody knows of.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.ingest.captions import metadata_content
from pipeline.ingest.captions.model import Caption, CaptionFile

_SPACE = "[ \t\n\f\r]"
_STAMP = r"(?:(\d+):)?([0-5]\d):([0-5]\d)[.,](\d{3})(?!\d)"
_TIMING = re.compile(rf"{_SPACE}*{_STAMP}{_SPACE}*-->{_SPACE}*{_STAMP}", re.ASCII)
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t][^\n]*)?(?:\n|$)")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t\n].*)?", re.DOTALL)
_COUNTER = re.compile(r"\d+|[\w-]+/\d+-\d+", re.ASCII)
"""An identifier as players and Microsoft Teams write it, of the next cue where no empty line comes before it."""
_TAG = re.compile(r"<(/?)([A-Za-z0-9:]*)((?:\.[^\s<>.]*)*)(?:[ \t\n\f]([^<>]*))?>|<(?=[A-Za-z0-9/:])[^<>]*>?")


@dataclass(slots=True)
class _Block:
    """One block of a file while it is collected: its lines before a timing, the timing, and the text after it."""

    before: list[str] = field(default_factory=list)
    timing: str | None = None
    text: list[str] = field(default_factory=list)


def is_webvtt(text: str) -> bool:
    """Whether a text begins as WebVTT does."""
    return _SIGNATURE.match(text) is not None


def parse(text: str) -> CaptionFile:
    """Every cue of a WebVTT file, one caption for each voice in it; the text begins with its signature."""
    captions: list[Caption] = []
    dropped, empty = 0, None
    for block in _blocks(text.replace("\0", "\N{REPLACEMENT CHARACTER}").split("\n")):
        times = _times(block.timing)
        if times is not None:
            whole = metadata_content.caption_of(*times, "\n".join(block.text))
            voiced = [whole] if whole else [Caption(*times, *voice) for voice in voices("\n".join(block.text))]
            captions += voiced
            dropped += sum("<" in line for line in block.before)  # an identifier with tags is what somebody said
            empty = None if voiced else times
            continue
        if _is_text_of(block, empty):  # Microsoft Teams writes an empty line after the timing
            captions += [
                Caption(*(empty or (0.0, 0.0)), name, words) for name, words in voices("\n".join(block.before))
            ]
        elif not _NO_CUE.fullmatch("\n".join(block.before)[:100]):
            dropped += sum(map(_is_text, block.before)) + (block.timing is not None) + sum(map(_is_text, block.text))
        empty = None
    return CaptionFile(tuple(captions), dropped)


def origins(text: str) -> Iterator[datetime]:
    """The moments from which the times of cues count, where the cues say them, as those of Microsoft Teams' API do."""
    for block in _blocks(text.split("\n")):
        times = _times(block.timing)
        origin = metadata_content.origin(times[0], "\n".join(block.text)) if times else None
        if origin is not None:
            yield origin


def voices(text: str) -> Iterator[tuple[str | None, str]]:
    """The text of a cue by voice, without tags, characters decoded; what is in no voice span has none.

    Of spans in each other the inner one counts; what follows an end tag is the outer one's again, or nobody's.
    """
    names: list[str] = []
    runs: list[tuple[str | None, list[str]]] = []
    at = 0
    for tag in [*_TAG.finditer(text), None]:
        piece = html.unescape(text[at : tag.start() if tag else len(text)])
        name = names[-1] or None if names else None
        if runs and runs[-1][0] == name:
            runs[-1][1].append(piece)
        else:
            runs.append((name, [piece]))
        if tag is not None:
            at = tag.end()
            if tag[2] == "v":
                _follow(names, is_end=bool(tag[1]), annotation=tag[4] or "")
    for name, pieces in runs:
        words = "".join(pieces).strip()
        if words:
            yield name, words


def _follow(names: list[str], *, is_end: bool, annotation: str) -> None:
    if not is_end:
        names.append(" ".join(html.unescape(annotation).split()))
    elif names:
        names.pop()


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """The blocks of a file after its header, as the rules collect them: a line with an arrow begins a new one.

    It does so unless it is the first or second of its block; only an empty line, not a blank one, ends a block.
    """
    number = _after_header(lines)
    while number < len(lines):
        if not lines[number]:
            number += 1
            continue
        block, first = _Block(), number
        while number < len(lines) and lines[number]:
            line = lines[number]
            if "-->" in line:
                if block.timing is not None or number - first > 1:
                    if block.text and _COUNTER.fullmatch(block.text[-1]):
                        block.text.pop()
                    break
                block.timing = line
            elif block.timing is None:
                block.before.append(line)
            else:
                block.text.append(line)
            number += 1
        yield block


def _after_header(lines: list[str]) -> int:
    """The number of the line after the header: the signature and what follows it up to an empty line or an arrow."""
    number = 1
    while number < len(lines) and lines[number] and "-->" not in lines[number]:
        number += 1
    return number


def _times(timing: str | None) -> tuple[float, float] | None:
    """Start and end in seconds; None where the timing is not one, or ends before it starts."""
    match = _TIMING.match(timing) if timing is not None else None
    if match is None:
        return None
    start_s, end_s = _seconds(match, 1), _seconds(match, 5)
    return (start_s, end_s) if start_s <= end_s else None


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, thousandths = (int(match[first + place] or 0) for place in range(4))
    return hours * 3600.0 + minutes * 60.0 + seconds + thousandths / 1000.0


def _is_text_of(block: _Block, empty: tuple[float, float] | None) -> bool:
    """Whether a block is the text of the cue before it, which had none."""
    return empty is not None and block.timing is None and not _NO_CUE.fullmatch(block.before[0])


def _is_text(line: str) -> bool:
    return bool(line.strip())
