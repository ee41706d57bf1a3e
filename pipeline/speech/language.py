"""What language a session is in, and whether names can be found in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.records import Pending, Transcript
from pipeline.speech.audio_types import HeardLanguage

# English voices of the samples, made ones among them, and 21 real clips: 0.78 and above in every window.
LEAST_SURE = 0.5
# A window is surely in another language where its own has less.
_NOT_THIS = 0.2
# A quoted sentence, or one window taken wrongly, stops nobody; a minute of another language does.
MOST_OTHER_S, MOST_OTHER_SHARE = 60.0, 0.25


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """The language of a session, how sure it is, None if nobody can say, and the seconds in another."""

    code: str
    probability: float | None = None
    other_s: float = 0.0


def spoken(heard: Sequence[HeardLanguage], assumed: str) -> SpokenLanguage:
    """What the windows of a session together say; ``assumed`` where no engine says anything."""
    total_s = sum(window.speech_s for window in heard)
    if not total_s:
        return SpokenLanguage(assumed)
    seconds: dict[str, float] = defaultdict(float)
    for window in heard:
        seconds[window.recognised] += window.speech_s
    other_s = sum(window.speech_s for window in heard if window.probability < _NOT_THIS)
    mean = sum(window.probability * window.speech_s for window in heard) / total_s
    return SpokenLanguage(max(seconds, key=lambda code: (seconds[code], code)), mean, other_s)


def language_stop(transcript: Transcript, languages: Collection[str]) -> Pending | None:
    """Why a session waits for a person, given the languages in which names can be found; None if it does not.

    In another language only listed names would be found, and everything else would go out.
    """
    probability, other_s = transcript.language_probability, transcript.other_language_s
    action = "somebody who knows the language listens and decides; or set speech.language and detect.languages"
    if transcript.language not in languages:
        return Pending(
            reason=f"the session is in a language ({transcript.language}) in which names cannot be found", action=action
        )
    if probability is not None and probability < LEAST_SURE:
        return Pending(
            reason=f"the session is probably not in {transcript.language} ({probability:.0%} sure)", action=action
        )
    if other_s > MOST_OTHER_S or (transcript.speech_s and other_s > MOST_OTHER_SHARE * transcript.speech_s):
        return Pending(reason=f"{other_s:.0f} seconds of the session are in another language", action=action)
    return None
