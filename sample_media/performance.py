"""The performance: speaks a conversation turn by turn and keeps when every word was said."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from conversation import Utterance, load_conversation
from people import Person, load_people, load_spoken
from voices import SAMPLE_RATE, Sound, Span, Take, speak

LEAD_IN_S = 0.5
LEAD_OUT_S = 0.8
SAME_SPEAKER_PAUSE_S = 0.3
PAUSE_S = (0.35, 0.9)
PUNCTUATION = ".,?!"


@dataclass(frozen=True)
class SpokenUtterance:
    """An utterance with its place in the session and one span for each of its words."""

    utterance: Utterance
    start_s: float
    end_s: float
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Performance:
    """A whole conversation: who takes part, what was said when, and each person's own sound."""

    people: dict[str, Person]
    spoken: tuple[SpokenUtterance, ...]
    tracks: dict[str, Sound]

    @property
    def duration_s(self) -> float:
        """How long the session is; all tracks are exactly as long."""
        return len(self.mixed) / SAMPLE_RATE

    @property
    def mixed(self) -> Sound:
        """Everybody's sound in one."""
        mixed: Sound = np.stack(list(self.tracks.values())).sum(axis=0)
        return mixed


def perform(name: str) -> Performance:
    """Speaks conversations/NAME.txt; the same bytes come out every time."""
    takes = list(_speak_all(load_conversation(name)))
    placed = list(_place(takes, random.Random(name)))
    everyone = load_people()
    people = {utterance.speaker: everyone[utterance.speaker] for utterance, _ in takes}
    length = round((placed[-1].end_s + LEAD_OUT_S) * SAMPLE_RATE)
    tracks = {key: np.zeros(length) for key in people}
    for (utterance, take), spoken in zip(takes, placed, strict=True):
        begin = round(spoken.start_s * SAMPLE_RATE)
        tracks[utterance.speaker][begin : begin + len(take.sound)] += take.sound
    return Performance(people, tuple(placed), tracks)


def _speak_all(utterances: list[Utterance]) -> Iterator[tuple[Utterance, Take]]:
    people, respellings = load_people(), load_spoken()
    for utterance in utterances:
        person = people[utterance.speaker]
        text = " ".join(_respell(word, respellings) for word in utterance.words)
        yield utterance, speak(text, voice=person.voice, pitch=person.pitch)


def _respell(word: str, respellings: dict[str, str]) -> str:
    core = word.strip(PUNCTUATION)
    return word.replace(core, respellings.get(core, core))


def _place(takes: list[tuple[Utterance, Take]], chance: random.Random) -> Iterator[SpokenUtterance]:
    """Puts the takes one after the other, with a pause before each."""
    at_s = LEAD_IN_S
    speaker = ""
    for utterance, take in takes:
        if speaker:
            at_s += SAME_SPEAKER_PAUSE_S if utterance.speaker == speaker else chance.uniform(*PAUSE_S)
        spans = tuple((at_s + start_s, at_s + end_s) for start_s, end_s in take.spans)
        end_s = at_s + len(take.sound) / SAMPLE_RATE
        yield SpokenUtterance(utterance, at_s, end_s, spans)
        at_s, speaker = end_s, utterance.speaker
