"""The places where only a name stands: what is said before or behind it, and how similar to a known name it must be."""

from __future__ import annotations

import re
from typing import NamedTuple


class ContextPattern(NamedTuple):
    """A place for names of one label.

    ``cue`` is said before the name, or behind it where ``cue_behind``; ``following`` must come after a name that stands
    behind its cue. ``similarity`` is how much what was heard must resemble the name, ``similarity_rare`` the same when
    no word of it is common.
    """

    label: str
    cue: re.Pattern[str]
    similarity: float
    similarity_rare: float
    following: re.Pattern[str] | None = None
    cue_behind: bool = False


_EVENT = re.compile(
    r" (?:1st|2nd|3rd|4th|first|second|third|fourth|quarterly|annual|full|fiscal|twenty|20\d\d|q\d|quarter|earnings|"
    r"investor|conference|analyst|results|webinar|office hours|community|user group|developer|customer|call|session|"
    r"meeting|meetup|podcast|summit)\b"
)
_ANSWER = re.compile(r"$| (?:with|from|of|at|please|your)\b")
_PAUSE = re.compile(
    r"$| (?:with|from|of|at|please|your|go|you|and|i|for|good|thanks?|we|it|could|can|the|our|just|to|so|in|if|would|"
    r"maybe|that|do|uh|um|how|what)\b"
)
_CLAUSE = re.compile(r"$| (?:is|has|will|was|and|to|as|we|i|team|or|in|can|are|have)\b")
_SAID = re.compile(
    r" (?:ha[sd] |have |just |also |was |is )?(?:said|saying|mentioned|indicated|noted|described|explained|talked|"
    r"talking|touched|pointed|highlighted|outlined|alluded)\b"
)

# Measured like the thresholds of ``phonetic`` (people heard 0.953, companies 0.774, false 3.12 in 1,000 words): with
# all similarities 0.02 lower false are 3.30 and nothing rises, with 0.02 higher companies fall to 0.764. Without one of
# the four for companies these fall to 0.751, 0.736, 0.767 and 0.755; without one of the six for people these fall to
# 0.949, 0.951, 0.952, 0.948, 0.949 and 0.950.
CONTEXT_PATTERNS = (
    ContextPattern(
        "COMPANY",
        re.compile(
            r"\b(?:welcome (?:\w+ ){0,2}?to|join(?:ing|ed)? (?:us |me )?(?:today |this \w+ )?(?:for|on|at)) "
            r"(?:(?:the|our|todays?|this) )?(?=\w)"
        ),
        0.45,
        0.45,
        _EVENT,
    ),
    ContextPattern(
        "COMPANY",
        re.compile(
            r"\b(?:(?:here|teams?|we|work(?:ing|s|ed)?|people|folks|you|guys|colleagues|everyone|everybody|employees|"
            r"engineers?|developers?) at|"
            r"(?:behalf|chairman|president|ceo|cto|cfo|officer|founders?|shares|employees|presentation|customers?|"
            r"management|results?|website|news|updates?|side|name|users?) (?:of|for|from)|"
            r"(?:interest|invest|investments?|confidence) in|"
            r"(?:company|companies|customers?|organi[sz]ations?|partners?|clients?|vendors?) (?:like|such as)|"
            r"work(?:ing|s|ed)? for|(?:our|your) (?:customers?|clients?|partners?)) (?:the )?(?=\w)"
        ),
        0.58,
        0.58,
    ),
    ContextPattern(
        "COMPANY",
        re.compile(
            r" (?=(?:team|management|website|employees|shareholders|account|colleagues|incorporated|corporation|inc|"
            r"corp)\b)"
        ),
        0.58,
        0.58,
        cue_behind=True,
    ),
    ContextPattern("COMPANY", re.compile(r"\b(?:of|for|by|at|from|with|that|believe) (?=\w)"), 0.7, 0.7, _CLAUSE),
    ContextPattern(
        "PERSON",
        re.compile(
            r"\b(?:questions? (?:(?:is|comes?|will come|coming) )?from|line of) (?:(?:the )?line of )?"
            r"(?:m(?:r|rs|s) )?(?=\w)"
        ),
        0.4,
        0.4,
        _ANSWER,
    ),
    ContextPattern(
        "PERSON",
        re.compile(
            r"\b(?:(?:go|over|back|hand|turn|question|up) to|invite|question for|joined by|introduce|m(?:r|rs|s)|miss|"
            r"mister) (?:m(?:r|rs|s) |our )?(?=\w)"
        ),
        0.65,
        0.6,
        _PAUSE,
    ),
    ContextPattern(
        "PERSON",
        re.compile(r"\b(?:thanks|thank you|hi|hello|hey|good morning|good afternoon|good evening) (?=\w)"),
        0.7,
        0.6,
        _PAUSE,
    ),
    ContextPattern("PERSON", re.compile(r"\b(?:as|like|what|because|which) (?=\w)"), 0.75, 0.65, _SAID),
    ContextPattern(
        "PERSON",
        re.compile(
            r" (?=(?:mentioned|please go|go ahead|you have the floor|your line|talked about|touched on|pointed out|"
            r"alluded to|do you want|you want to|would you like|why dont you|can you|could you)\b)"
        ),
        0.75,
        0.65,
        cue_behind=True,
    ),
    ContextPattern(
        "PERSON",
        re.compile(r"^(?:(?:yeah|yes|sure|okay|ok|well|right|so|and|great|no) )?(?=\w)"),
        0.85,
        0.7,
        _PAUSE,
    ),
)
