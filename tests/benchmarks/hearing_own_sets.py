"""How many confidential seconds stay to be heard in sessions that were written to measure it.

``python -m tests.benchmarks.hearing_own_sets [--draws N] [--causes] FOLDER``: a set is a folder of sessions, each a
TOML file: ``mixed``, ``companies`` and ``terms`` as a workspace lists them, ``spoken`` (how a synthesiser must be told
to say a word), ``speakers`` and ``said``, an utterance a line, marked as ``sample_media/conversation.py`` reads it:
``[listed|label]``, ``[that no list holds|label!]``, and ``[…|statement]`` for what only its own words say is secret.
``hearing_sets`` has fourteen, of which l says whole names twice in a row; a set that something was chosen by proves
nothing of it, so that h, j and n are for measuring alone: nobody is to read what leaks there (of m somebody has).
flite's voices differ by the draw of their breath more than most changes do, so each set is spoken in several draws.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np

from pipeline import detect, speech
from pipeline.records import Context, KnownPerson, Outcome, Session, Term, Transcript
from pipeline.settings import DetectSettings, SpeechSettings
from tests.benchmarks.hearing import Case, Span, _length, _muted, _without, seed_voices
from tests.benchmarks.hearing_causes import Cause, SpokenWord, leaks, over_muting, report
from tests.benchmarks.recognition import WHISPER
from tests.speech.conftest import Shelf, ruling_of, session_of, track_of, write_wav

SETS = Path(__file__).parent / "hearing_sets"
_PAUSE_S = 0.45
_PUNCTUATION = ".,?!:"
LISTED, UNLISTED, STATEMENT = "listed", "not listed", "said to be secret"


@dataclass(frozen=True)
class OwnSession:
    """A session that synthesisers said: its tracks, what is known of it beforehand, and what was said."""

    name: str
    session: Session
    context: Context
    words: tuple[SpokenWord, ...]


@dataclass
class Seconds:
    """Seconds of a set: how long it is, what leaked and was said of each kind of secret, and what was muted too."""

    length_s: float = 0.0
    over_muted_s: float = 0.0
    leaked_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    said_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def performed(path: Path, folder: Path) -> OwnSession:
    """The session of a TOML file, spoken into sound files in ``folder``; needs flite and espeak-ng."""
    script = tomllib.loads(path.read_text("utf-8"))
    words, sounds, length_s = _spoken(script)
    people = {
        key: KnownPerson(name=one["name"], company=one.get("company", "")) for key, one in script["speakers"].items()
    }
    tracks = []
    owners = {"": "mixed"} if script["mixed"] else {f"p{number}": key for number, key in enumerate(people, 1)}
    for number, (owner, key) in enumerate(owners.items(), 1):
        sound = sum(sounds.values()) if script["mixed"] else sounds[key]
        file = folder / f"{path.parent.name}-{path.stem}-{key}.wav"
        write_wav(file, np.asarray(sound, dtype=np.float32))
        tracks.append(replace(track_of(file, owner=owner or None, number=number), duration_s=length_s))
    session = replace(session_of(*tracks, people=len(people)), duration_s=length_s)
    context = Context(
        participants=tuple(people.values()),
        companies=tuple(script.get("companies", ())),
        terms=tuple(Term(**{**term, "aliases": tuple(term.get("aliases", ()))}) for term in script.get("terms", ())),
    )
    return OwnSession(path.stem, session, context, tuple(words))


def _spoken(script: dict[str, Any]) -> tuple[list[SpokenWord], dict[str, Any], float]:
    """The words of a script with their times, each speaker's sound, and how long it all is."""
    from sample_media.conversation import parse_utterance
    from sample_media.voices import SAMPLE_RATE, speak

    respellings = script.get("spoken", {})
    words, takes, at_s = list[SpokenWord](), [], _PAUSE_S
    for line in script["said"]["lines"].strip().splitlines():
        said = parse_utterance(line)
        voice = script["speakers"][said.speaker]
        text = " ".join(_respelled(word, respellings) for word in said.words)
        take = speak(text, voice=voice["voice"], pitch=voice.get("pitch", 1.0))
        for number, (word, (start_s, end_s)) in enumerate(zip(said.words, take.spans, strict=True)):
            mark = next((mention for mention in said.mentions if mention.first <= number < mention.last), None)
            secret = "" if mark is None else _kind(mark.label, unlisted=mark.unlisted)
            mention = mark.text if mark else ""
            words.append(SpokenWord(word, at_s + start_s, at_s + end_s, said.speaker, secret, mention))
        takes.append((said.speaker, round(at_s * SAMPLE_RATE), take.sound))
        at_s += len(take.sound) / SAMPLE_RATE + _PAUSE_S
    sounds = {key: np.zeros(round(at_s * SAMPLE_RATE)) for key in script["speakers"]}
    for speaker, start, sound in takes:
        sounds[speaker][start : start + len(sound)] += sound
    return words, sounds, at_s


def _kind(label: str, *, unlisted: bool) -> str:
    if label == "statement":
        return STATEMENT
    return UNLISTED if unlisted or label not in ("person", "company", "product") else LISTED


def _respelled(word: str, respellings: dict[str, str]) -> str:
    core = word.strip(_PUNCTUATION)
    return word.replace(core, respellings.get(core, core)) if core else word


def recognised(own: OwnSession, settings: SpeechSettings) -> Transcript:
    """What a recogniser that is told the names hears; raises ``ValueError`` where it hears nothing."""
    heard = speech.transcribe(own.session, _ruling(own), own.context, vault=Shelf(), settings=settings)
    if not isinstance(heard, Transcript):
        raise ValueError(f"{own.name} was not recognised: {heard}")
    return heard


def searched(own: OwnSession, heard: Transcript, settings: SpeechSettings) -> Case:
    """The session with all that is found in what was heard and in the sound."""
    terms = speech.keyword_search(own.session, _ruling(own), heard, own.context, vault=Shelf(), settings=settings)
    whole = replace(heard, heard_terms=terms)
    findings = detect.detect(own.session, whole, own.context, settings=DetectSettings())
    secret = [(word.start_s, word.end_s) for word in own.words if word.secret]
    other = [(word.start_s, word.end_s) for word in own.words if not word.secret]
    return Case(own.session.duration_s, secret, other, findings, whole, own.session.tracks)


def _ruling(own: OwnSession) -> Any:
    ruling = ruling_of(*[Outcome.PROCEED] * len(own.session.participants))
    cells = tuple(replace(cell, interval=replace(cell.interval, end_s=own.session.duration_s)) for cell in ruling.cells)
    return replace(ruling, cells=cells)


def count(own: OwnSession, case: Case, total: Seconds) -> list[SpokenWord]:
    """Adds a session to the seconds of its set; gives the words of secrets that can be heard, in part or whole."""
    muted = _muted(case, lambda _: True)
    total.length_s += case.duration_s
    total.over_muted_s += _length(case.other) - _length(_without(case.other, muted))
    audible = []
    for word in own.words:
        if word.secret:
            span: Span = (word.start_s, word.end_s)
            left_s = _length(_without([span], muted))
            total.said_s[word.secret] += word.end_s - word.start_s
            total.leaked_s[word.secret] += left_s
            audible += [word] if left_s > 0.0 else []
    return audible


def line(name: str, total: Seconds) -> str:
    """The figures of a set, in seconds for each hour."""
    hours = total.length_s / 3600
    leaked = ", ".join(
        f"{total.leaked_s[kind] / hours:.0f} of {total.said_s[kind] / hours:.0f} s/h {kind}"
        for kind in (LISTED, UNLISTED, STATEMENT)
    )
    return f"{name}: leaked {leaked}; {total.over_muted_s / hours:.0f} s/h over-muted"


def spread(name: str, draws: Sequence[Seconds]) -> str:
    """The mean of several draws of a set, and their least and most, in seconds for each hour."""
    hours = [total.length_s / 3600 for total in draws]
    leaked = ", ".join(
        f"{_range([total.leaked_s[kind] for total in draws], hours)} {kind}" for kind in (LISTED, UNLISTED, STATEMENT)
    )
    over_muted = _range([total.over_muted_s for total in draws], hours)
    return f"{name}, {len(draws)} draws: leaked {leaked}; over-muted {over_muted} s/h"


def _range(seconds: Sequence[float], hours: Sequence[float]) -> str:
    each = [part / whole for part, whole in zip(seconds, hours, strict=True)]
    return f"{sum(each) / len(each):.0f} ({min(each):.0f} to {max(each):.0f})"


def measure(folder: Path, sounds: Path, settings: SpeechSettings, *, draws: int, with_causes: bool) -> Iterator[str]:
    """The figures of one set, for each draw and all; with causes, what every leaked or over-muted word is due to."""
    totals = []
    for draw in range(1, draws + 1):
        total, causes = Seconds(), list[Cause]()
        for own in _drawn(folder, sounds / folder.name / str(draw), draw):
            case = searched(own, recognised(own, settings), settings)
            audible = count(own, case, total)
            causes += over_muting(own.words, case)
            if with_causes:
                yield from leaks(own.name, audible, case)
        totals.append(total)
        yield line(f"{folder.name}, draw {draw}", total)
        if with_causes:
            yield from report(causes, total.length_s / 3600)
    yield spread(folder.name, totals)


def _drawn(folder: Path, sounds: Path, draw: int) -> list[OwnSession]:
    """All sessions of a set in one draw, spoken in a process of its own: espeak's sound depends on what it said before.

    Each draw has a folder of its own, since voice activity is remembered for each file.
    """
    sounds.mkdir(parents=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_performed, folder, sounds, draw).result()


def _performed(folder: Path, sounds: Path, draw: int) -> list[OwnSession]:
    seed_voices(draw)
    return [performed(path, sounds) for path in sorted(folder.glob("*.toml"))]


@click.command()
@click.option("--draws", default=3, show_default=True, type=click.IntRange(min=1), help="How often each set is spoken.")
@click.option("--causes", "with_causes", is_flag=True, help="Print what each word is leaked or over-muted for.")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folders: tuple[Path, ...], draws: int, *, with_causes: bool) -> None:
    """Measure the sets in FOLDERS, or those that come with the project."""
    if empty := [folder for folder in folders if not any(folder.glob("*.toml"))]:
        raise click.BadParameter(f"{empty[0]} holds no sessions (*.toml)")
    with tempfile.TemporaryDirectory() as sounds:
        for folder in folders or sorted(path for path in SETS.iterdir() if path.is_dir()):
            for figures in measure(folder, Path(sounds), WHISPER, draws=draws, with_causes=with_causes):
                click.echo(figures)


if __name__ == "__main__":
    main()
