"""What was heard, and what is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One heard word, as it is written: with its marks, and whole where hyphens or dots are within it.

    ``time_uncertainty_s`` is how far its times may be off, in seconds; ``ends_sentence`` is what the recogniser's
    punctuation says, always false for one that writes none.
    """

    start_s: float
    end_s: float
    time_uncertainty_s: float
    text: str
    probability: float
    track_id: str
    participant_id: str | None
    ends_sentence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UncoveredSpeech:
    """Speech that no word covers."""

    track_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSegment:
    """A stretch of one track in which somebody speaks without a pause."""

    track_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordHit:
    """A known term found by searching the sound itself, not the transcript."""

    term: str
    track_id: str
    start_s: float
    end_s: float
    time_uncertainty_s: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A name of the session that an engine also thought of where its words are others; ``probability`` is its own."""

    text: str
    track_id: str
    start_s: float
    end_s: float
    time_uncertainty_s: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard, in order of time over all tracks, and what was not.

    ``language`` is the one that the words were recognised in, ``language_probability`` how sure the recogniser is that
    it is spoken, 0 to 1, None for one that knows one language only; ``other_language_s`` are the seconds that it hears
    surely in another.
    """

    engine: str
    words: tuple[Word, ...]
    unheard: tuple[UncoveredSpeech, ...] = ()
    heard_terms: tuple[KeywordHit, ...] = ()
    speech_s: float = 0.0
    voiced: tuple[SpeechSegment, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    language: str = "en"
    language_probability: float | None = None
    other_language_s: float = 0.0

    @property
    def coverage(self) -> float:
        """The share of the speech that words cover, 0 to 1."""
        if self.speech_s <= 0:
            return 1.0
        return 1.0 - min(1.0, sum(gap.end_s - gap.start_s for gap in self.unheard) / self.speech_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person whose name the session knows beforehand."""

    name: str
    aliases: tuple[str, ...] = ()
    company: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry of a term list; lists are secrets themselves."""

    text: str
    kind: str = "other"
    aliases: tuple[str, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Misheard:
    """How something known was heard before, as a reviewer confirmed: the heard words and what they stand for."""

    text: str
    entity: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression of a term list; ``where`` names its entry without its text."""

    text: str
    kind: str = "other"
    where: str = "a pattern"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenCues:
    """What people say: phrases that make something a secret, that object to the recording, that tell of a minor.

    ``asks_to_record`` and ``asks_for_objections`` are questions to which a "no" and a "yes" object, ``asks_age`` and
    ``asks_whether_of_age`` those that a minor may answer; the other sets are parts of the answers.
    """

    secret: tuple[str, ...] = ()
    secret_examples: tuple[str, ...] = ()
    no_secret_examples: tuple[str, ...] = ()
    stop_recording: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    asks_to_record: tuple[str, ...] = ()
    asks_for_objections: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    assents: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    affirms: tuple[str, ...] = ()
    asks_age: tuple[str, ...] = ()
    asks_whether_of_age: tuple[str, ...] = ()
    age_of_a_minor: tuple[str, ...] = ()
    mentions_recording: tuple[str, ...] = ()
    unaware: tuple[str, ...] = ()
    of_this_recording: tuple[str, ...] = ()
    reluctance: tuple[str, ...] = ()
    objection_examples: tuple[str, ...] = ()
    no_objection_examples: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known beforehand about the names and terms of a session."""

    participants: tuple[KnownPerson, ...] = ()
    companies: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    allow: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    misheard: tuple[Misheard, ...] = ()
    cues: SpokenCues | None = None
    """The sets of phrases of a workspace; None for the shipped ones."""
    elsewhere: tuple[Term, ...] = ()
    """The people and companies of other sessions, and the customers of the team's list."""
