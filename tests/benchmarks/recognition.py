"""How well each recogniser hears: word errors, when it puts each word, and what it costs.

On the tracks of the samples, whose words and their times are known, and on a folder of real clips with a
``reference.json`` (a list of ``{"file", "text", "seconds"}``), where there is one.
"""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline import speech
from pipeline.errors import ConfigurationError
from pipeline.records import Context, Outcome, Transcript, Word
from pipeline.settings import SpeechSettings
from pipeline.speech.pronunciation.verbalize import spoken_words
from tests.end_to_end.conftest import SESSIONS, TRUTHS
from tests.speech.conftest import Shelf, Spoken, ruling_of, session_of, track_of

WHISPER = SpeechSettings(engine="whisper", model=os.environ.get("OFFRECORD_TEST_WHISPER") or "whisper-base")
SPHINX = SpeechSettings(engine="sphinx")


@dataclass(frozen=True)
class Clip:
    """A recording and what is said in it; words without times where only the text is known."""

    path: Path
    seconds: float
    words: Sequence[Spoken]
    timed: bool


def recognisers() -> list[SpeechSettings]:
    """The recognisers that are on this machine; the environment may name another Whisper model."""
    settings = []
    for wanted in (WHISPER, SPHINX):
        try:
            speech.preflight(wanted)
        except ConfigurationError:
            continue
        settings.append(wanted)
    return settings


def sample_tracks() -> Iterator[Clip]:
    """Every track of the samples that lies in a file of its own, with what is said on it."""
    for truth in TRUTHS:
        words = sorted(truth.body["words"], key=lambda word: word["start_s"])
        for track in sorted({word["track"] for word in words}):
            path = SESSIONS / truth.folder / track
            if path.is_file():
                spoken = [Spoken(w["text"], w["start_s"], w["end_s"]) for w in words if w["track"] == track]
                yield Clip(path, truth.body["duration_s"], spoken, timed=True)


def real_clips(folder: Path) -> Iterator[Clip]:
    """The clips of a folder."""
    for clip in json.loads((folder / "reference.json").read_text("utf-8")):
        words = [Spoken(text, 0.0, 0.0) for text in clip["text"].split()]
        yield Clip(folder / clip["file"], clip["seconds"], words, timed=False)


def measure(clips: Iterable[Clip], settings: SpeechSettings) -> str:
    """The figures of one recogniser on some clips."""
    errors = said = 0
    seconds, starts, ends = 0.0, list[float](), list[float]()
    began_s = _cpu_s()
    for clip in clips:
        heard = speech.transcribe(
            session_of(track_of(clip.path)), ruling_of(Outcome.PROCEED), Context(), vault=Shelf(), settings=settings
        )
        words = heard.words if isinstance(heard, Transcript) else ()
        reference, text = plain(word.text for word in clip.words), plain(word.text for word in words)
        errors += Levenshtein.distance(reference, text)
        said, seconds = said + len(reference), seconds + clip.seconds
        for true, word in matched(clip.words, words) if clip.timed else ():
            starts.append(abs(word.start_s - true.start_s))
            ends.append(abs(word.end_s - true.end_s))
    cost = (_cpu_s() - began_s) / seconds
    figures = f"word error rate {errors / said:.3f} of {said} words, {cost:.3f} s of processor for a second of sound"
    times = f", words off by {_quantiles(starts)} at their start, {_quantiles(ends)} at their end" if starts else ""
    return figures + times


def matched(spoken: Sequence[Spoken], words: Sequence[Word]) -> Iterator[tuple[Spoken, Word]]:
    """The words that were heard right, each with the spoken one."""
    said, heard = [" ".join(plain([w.text])) for w in spoken], [" ".join(plain([w.text])) for w in words]
    for code in Levenshtein.opcodes(said, heard):
        if code.tag == "equal":
            yield from zip(spoken[code.src_start : code.src_end], words[code.dest_start : code.dest_end], strict=True)


def plain(texts: Iterable[str]) -> list[str]:
    """Texts as the words that are said, without case and marks."""
    return [word.casefold() for text in texts for word in spoken_words(text.replace("-", " "))]


def _quantiles(values: Sequence[float]) -> str:
    median, most = np.percentile(values, [50, 95])
    return f"{median:.3f} s (95 %: {most:.3f} s)"


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path | None) -> None:
    """Measure recognition on the samples, and on the real clips in FOLDER."""
    for settings in recognisers():
        click.echo(f"{settings.engine}, tracks of the samples: {measure(sample_tracks(), settings)}")
        if folder:
            click.echo(f"{settings.engine}, real clips: {measure(real_clips(folder), settings)}")


if __name__ == "__main__":
    main()
