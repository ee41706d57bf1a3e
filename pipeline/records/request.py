"""What customers ask for and find out: tags of one session, as the tag stage makes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """How much a feature matters to who asks for it, as far as they say so."""

    BLOCKS_PURCHASE = "blocks a purchase"
    MUST_HAVE = "must have"
    NICE_TO_HAVE = "nice to have"
    UNSTATED = ""


class RequestSource(StrEnum):
    """How a request came into its session."""

    SPEECH = "speech"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one of the team's own people said or typed to it: times in seconds of the session.

    ``behind`` are the ids of those who spoke or wrote last before it, empty for somebody nobody knows: it may repeat
    them, so that it is shown only while they may be quoted, and for the unknown one while everybody may.
    """

    text: str
    start_s: float
    end_s: float
    participant_id: str | None
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A request, discovery, problem, praise or question in the redacted transcript or the redacted chat.

    ``quote`` is the sentence or sentences that carry it, ``title`` the same in plain words, ``score`` how likely it is
    what its label says (0 to 1), ``sure`` whether nobody needs to look at it, ``reason`` the cue that speaks for it.
    ``about`` is None where the words name what they are about; where they only point at it ("it can do that already"),
    the title of the speaker's own request that they point at, or empty where nobody knows.
    ``voiced_by`` is the one of staff whose words they are, where who asks only agreed with them.
    ``topic`` is the phrase of the team's taxonomy that decided its area, as the team wrote it; empty where none did.
    ``request_id`` is that of an earlier tag of the same words, by which people decided about it; empty for a new one.
    ``source`` says whether it was said aloud or typed; the times of what was typed are those of its messages.
    """

    label: str
    score: float
    area: str
    quote: str
    start_s: float
    end_s: float
    participant_id: str | None
    title: str = ""
    strength: Strength = Strength.UNSTATED
    reason: str = ""
    sure: bool = True
    answer: Answer | None = None
    about: str | None = None
    request_id: str = ""
    topic: str = ""
    voiced_by: str | None = None
    source: RequestSource = RequestSource.SPEECH


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestGroup:
    """The same request or discovery as it was worded many times: ids of requests in order of time.

    ``group_id`` is made of the id of the first whose words may be shown. ``closeness`` is the mean cosine to the most
    central wording, and ``words`` are those that most wordings that may be quoted share: why these are together.
    ``titled_by`` is the request whose words the title is made of, empty where it is made of none; ``is_plain`` says
    that no person gave it either: none of its wordings may be shown.
    """

    group_id: str
    title: str
    request_ids: tuple[str, ...]
    closeness: float
    words: tuple[str, ...] = ()
    titled_by: str = ""
    is_plain: bool = False
