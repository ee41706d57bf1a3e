"""How well voices of mixed sound are told apart: errors, what stays of somebody who is taken out, what others lose.

Mixes are made of the own tracks of the samples, of a folder of real clips where there is one, and of both together:
turns of up to eight seconds with few overlaps (easy), of 0.5 to 3 s with many (hard), of 0.4 to 2 s where every second
one overlaps (dense), and the same with echo and noise (room). Clusters count as named by a person who hears rightly:
each after whoever speaks most of it. What the numbers in ``diarize`` were chosen by has other seeds than the rest.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from pipeline import diarization, spans
from pipeline.diarization import RATE, VoiceModels
from pipeline.records import Diarization, Participant, Session, Track
from pipeline.records.speaker_turns import turns
from pipeline.speech.audio_types import Samples
from pipeline.speech.vad import FRAME, VoiceActivity, regions
from pipeline.store import voices
from pipeline.store.voices import VoiceName
from pipeline.workflow.voice_count import is_available
from tests.speech.conftest import NOW, SAMPLES, sound

Span = tuple[float, float]
COLLAR_S = 0.25
"""How near to the edge of a turn nothing is counted as an error, as is usual for such figures."""
OWN_TRACKS = (
    *("2026-11-18-c-refused-own-track/owen-clarke.flac", "2026-11-18-a-own-tracks/tomasz-nowak.flac"),
    *("2026-11-18-a-own-tracks/hannah-berg.flac", "2026-11-18-e-no-record/liam-walsh.opus"),
)
SECONDS, PAUSE_S = 240.0, 0.15
CHOSEN_BY, OTHERS = (0, 1), (20, 21)
"""The seeds of the mixes that the numbers were chosen by, and of mixes that nobody looked at before."""


@dataclass(frozen=True)
class Kind:
    """How a mix is made: the lengths of turns in seconds, the chance of an overlap, whether it is in a room."""

    name: str
    turn_s: Span
    overlap: float
    room: bool = False


KINDS = (Kind("easy", (1.0, 8.0), 0.1), Kind("hard", (0.5, 3.0), 0.35), Kind("room", (0.5, 3.0), 0.35, room=True))
OTHER_KINDS = (*KINDS[1:], Kind("dense", (0.4, 2.0), 0.5), Kind("dense room", (0.4, 2.0), 0.5, room=True))


@dataclass(frozen=True)
class Mix:
    """One made recording and who speaks when in it."""

    samples: Samples
    said: Mapping[str, list[Span]]


def measure(folder: Path) -> Iterator[str]:
    """The figures on the sample voices alone."""
    yield from figures(_own_tracks(), "sample voices")


def _own_tracks() -> dict[str, Sequence[Samples]]:
    return {track: [sound(SAMPLES / "sessions" / track)] for track in OWN_TRACKS}


def figures(clips: Mapping[str, Sequence[Samples]], what: str) -> Iterator[str]:
    """Lines for mixes of these clips, by voice: those that the numbers were chosen by, and others."""
    yield from _figures(clips, f"{what}, chosen by", KINDS, CHOSEN_BY)
    yield from _figures(clips, f"{what}, others", OTHER_KINDS, OTHERS)


def _figures(
    clips: Mapping[str, Sequence[Samples]], what: str, kinds: Sequence[Kind], seeds: Sequence[int]
) -> Iterator[str]:
    """A line for each kind of mix of these clips, by voice."""
    if not is_available():
        yield "the model of voices is not on this machine: `offrecord models pull voices`"
        return
    networks, speech = diarization.load_models(), {who: _speech(each) for who, each in clips.items()}
    for kind in kinds:
        rows = [_measured(_mix(speech, kind, seed), networks) for seed in seeds]
        error, stays, worst, lost, speed, clusters = (np.array(column) for column in zip(*rows, strict=True))
        yield (
            f"{what}, {len(clips)} voices, {kind.name}: error {error.mean():.3f} (at most {error.max():.3f}), "
            f"{clusters.min():.0f} to {clusters.max():.0f} clusters; of who is taken out {100 * stays.mean():.2f} % "
            f"stays (at most {100 * worst.max():.2f} %), others lose {100 * lost.mean():.0f} %; "
            f"{speed.mean():.0f} times real time"
        )


def _measured(mix: Mix, networks: VoiceModels) -> tuple[float, float, float, float, float, float]:
    began = time.process_time()
    told = diarization.diarize(mix.samples, networks, expected=len(mix.said))
    speed = len(mix.samples) / RATE / (time.process_time() - began)
    named = _named(told, mix.said)
    stays, lost = zip(*(_taken_out(mix, told, named, who) for who in mix.said), strict=True)
    return _error(mix, told, named), float(np.mean(stays)), max(stays), float(np.mean(lost)), speed, len(told.clusters)


def _named(told: Diarization, said: Mapping[str, list[Span]]) -> dict[int, str]:
    """Each cluster after whoever speaks most of it."""
    return {
        cluster: max(said, key=lambda who: spans.total(spans.intersect(said[who], spans.times(told.of(cluster)))))
        for cluster in told.clusters
    }


def _taken_out(mix: Mix, told: Diarization, named: Mapping[int, str], who: str) -> tuple[float, float]:
    """The share of somebody's speech that stays where they are taken out, and the share of the others' that goes."""
    end_s = len(mix.samples) / RATE
    session = _session(end_s, tuple(mix.said))
    names = {cluster: VoiceName(cluster=cluster, participant_id=person, actor="") for cluster, person in named.items()}
    gone = spans.times(turns(replace(session, voices=voices.with_names(told, names, session)), who) or ())
    others = spans.subtract([span for other, own in mix.said.items() if other != who for span in own], mix.said[who])
    stays = spans.total(spans.subtract(mix.said[who], gone)) / spans.total(mix.said[who]) if gone else 1.0
    return stays, spans.total(spans.intersect(others, gone)) / spans.total(others)


def _error(mix: Mix, told: Diarization, named: Mapping[int, str]) -> float:
    """Missed, false and confused speech by all that is said, two voices at once counted twice (DER)."""
    step_s = 0.01
    frames = int(len(mix.samples) / RATE / step_s)
    people = list(mix.said)
    said, heard = np.zeros((len(people), frames), bool), np.zeros((len(people), frames), bool)
    counted = np.ones(frames, bool)
    for row, who in enumerate(people):
        for start_s, end_s in mix.said[who]:
            said[row, round(start_s / step_s) : round(end_s / step_s)] = True
            for edge_s in (start_s, end_s):
                counted[max(0, round((edge_s - COLLAR_S) / step_s)) : round((edge_s + COLLAR_S) / step_s)] = False
    for turn in told.turns:
        row = people.index(named[turn.cluster])
        heard[row, round(turn.start_s / step_s) : round(turn.end_s / step_s)] = True
    said, heard = said[:, counted], heard[:, counted]
    right = (said & heard).sum(axis=0)
    wrong = np.maximum(said.sum(axis=0), heard.sum(axis=0)) - right
    return float(wrong.sum() / max(1, said.sum()))


def _session(duration_s: float, people: Sequence[str]) -> Session:
    return Session(
        session_id="bench",
        source_digest="0" * 64,
        platform="made",
        title="",
        started_at=NOW,
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=duration_s,
        participants=tuple(Participant(participant_id=who, name=who) for who in people),
        tracks=(Track(track_id="m", participant_id=None, digest="0" * 64, stream=0, duration_s=duration_s),),
    )


def _speech(clips: Sequence[Samples]) -> tuple[Samples, list[Span]]:
    """All speech of one voice with short pauses, as loud as any other's, and where in it somebody speaks.

    What is speech is said by another network than is measured.
    """
    parts: list[Samples] = []
    spoken: list[Span] = []
    at_s = 0.0
    for samples in clips:
        whole = samples[: len(samples) // FRAME * FRAME]
        for span in regions(VoiceActivity().feed(whole)):
            part = whole[round(span.start_s * RATE) : round(span.end_s * RATE)]
            loudness = float(np.sqrt(np.mean(part**2)))
            if loudness > 1e-4:
                parts += [part * np.float32(0.05 / loudness), np.zeros(round(PAUSE_S * RATE), np.float32)]
                spoken.append((at_s, at_s + len(part) / RATE))
                at_s += len(part) / RATE + PAUSE_S
    return np.concatenate(parts), spoken


def _mix(speech: Mapping[str, tuple[Samples, list[Span]]], kind: Kind, seed: int) -> Mix:
    """One recording in which everybody speaks in turn, nobody twice in a row."""
    random = np.random.default_rng(seed)
    samples, said = np.zeros(round(SECONDS * RATE), np.float32), defaultdict[str, list[Span]](list)
    at_s, last = 0.5, ""
    while at_s < SECONDS - 9.0:
        who = str(random.choice([person for person in speech if person != last]))
        source, spoken = speech[who]
        length_s = min(len(source) / RATE, random.uniform(*kind.turn_s))
        first_s = random.uniform(0.0, len(source) / RATE - length_s)
        overlaps = bool(last) and random.uniform() < kind.overlap
        start_s = at_s - random.uniform(0.3, 1.2) if overlaps else at_s + random.uniform(0.1, 0.6)
        start_s = max(start_s, said[last][-1][0] + 0.1) if last else start_s
        part = source[round(first_s * RATE) : round((first_s + length_s) * RATE)]
        samples[round(start_s * RATE) : round(start_s * RATE) + len(part)] += part
        inside = spans.clip(spoken, first_s, first_s + length_s)
        said[who] += [(start_s + begin - first_s, start_s + end - first_s) for begin, end in inside]
        at_s, last = max(at_s, start_s + length_s), who if inside else last
    return Mix(
        _in_a_room(samples, random) if kind.room else samples, {who: spans.merge(own) for who, own in said.items()}
    )


def _in_a_room(samples: Samples, random: np.random.Generator) -> Samples:
    """With an echo that fades by 60 dB in 0.4 s, and noise 20 dB below the speech."""
    tail = round(0.4 * RATE)
    echo = random.normal(0, 1, tail) * 10 ** (-3 * np.arange(tail) / tail)
    echo = 0.5 * echo / np.sqrt((echo**2).sum())
    echo[0] = 1.0
    size = 1 << (len(samples) + tail).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echo, size), size)[: len(samples)]
    return (wet + random.normal(0, 0.005, len(samples))).astype(np.float32)


def _by_voice(folder: Path) -> dict[str, list[Samples]]:
    """The clips of a folder by who speaks in them: those whose names begin with the same letters."""
    clips: dict[str, list[Samples]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        if path.suffix in {".wav", ".flac"}:
            clips[re.split(r"[\d-]", path.stem, maxsplit=1)[0]].append(sound(path))
    return clips


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def main(folder: Path | None) -> None:
    """Measure on the sample voices, and on the clips in FOLDER/audio where it is given."""
    for line in measure(Path()):
        click.echo(line)
    if folder is not None:
        clips = _by_voice(folder / "audio")
        both = {**dict(list(_own_tracks().items())[:2]), **clips}
        for line in (*figures(clips, folder.name), *_figures(both, "both", OTHER_KINDS, OTHERS)):
            click.echo(line)


if __name__ == "__main__":
    sys.exit(main())
