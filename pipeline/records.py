"""The frozen values that cross the stages.

Seconds are floats named ``…_s`` on the session's clock, character offsets ``…_char``; both are half-open ``[start, end)``.
Times of day are aware UTC. ``Ruling``, ``ApprovedPlan`` and ``Rendition`` are abstract on purpose: each has one concrete
class, private to the stage that may make it, so that mypy refuses any other way to come by one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a recording may be used for: the closed vocabulary of consent."""

    RECORD = "record"
    TRANSCRIBE = "transcribe"
    INTERNAL_IMPROVE = "internal_improve"
    INTERNAL_SHARE = "internal_share"
    FOLLOWUP_CONTACT = "followup_contact"
    PUBLIC_RECORDING = "public_recording"
    PUBLIC_QUOTE = "public_quote"
    CODE_PUBLISH = "code_publish"
    ML_TRAINING = "ml_training"
    VOICEPRINT = "voiceprint"


class Outcome(StrEnum):
    """What consent allows, from open to closed."""

    PROCEED = "proceed"
    MINUS = "minus"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def closedness(self) -> int:
        """0 for the most open outcome, 3 for the most closed."""
        return list(Outcome).index(self)


class Role(StrEnum):
    """What somebody is to the team."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PARTNER = "partner"
    BOT = "bot"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """Whom a rendition is for."""

    INTERNAL = "internal"
    PUBLIC = "public"

    @property
    def purpose(self) -> Purpose:
        """The purpose that a rendition for this audience needs."""
        return Purpose.PUBLIC_RECORDING if self is Audience.PUBLIC else Purpose.INTERNAL_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of the session in which no consent input changes, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in one session; ``participant_id`` is ``p1``, ``p2`` … in the order of the roster."""

    participant_id: str
    name: str
    aliases: tuple[str, ...] = ()
    company: str | None = None
    email: str | None = None
    platform_id: str | None = None
    role: Role = Role.UNKNOWN
    location: str | None = None
    joined_late: bool = False
    spoke: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One audio stream of a sealed file; without a participant it is mixed sound."""

    track_id: str
    participant_id: str | None
    digest: str
    stream: int
    duration_s: float
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The picture of a sealed file."""

    digest: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption of the platform."""

    start_s: float
    end_s: float
    participant_id: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLine:
    """One line of the session's chat."""

    at_s: float
    participant_id: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One file in the vault: the SHA-256 of its bytes, its size and what it is to the session."""

    digest: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One meeting as the platform left it, its media sealed in the vault."""

    session_id: str
    source_digest: str
    platform: str
    title: str
    started_at: datetime
    host: str | None
    recorder_location: str | None
    notice_asserted: bool
    purposes: tuple[Purpose, ...]
    duration_s: float
    participants: tuple[Participant, ...]
    tracks: tuple[Track, ...]
    video: Video | None = None
    captions: tuple[Cue, ...] = ()
    chat: tuple[ChatLine, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    left_out: int = 0

    def participant(self, participant_id: str) -> Participant:
        """The participant with this id; ``KeyError`` when the session has none."""
        for participant in self.participants:
            if participant.participant_id == participant_id:
                return participant
        raise KeyError(participant_id)

    def has_own_track(self, participant_id: str) -> bool:
        """Whether this participant's sound can be left out by leaving out tracks."""
        return any(track.participant_id == participant_id for track in self.tracks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Waits for a person: sealed until the one next action is done."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Will not be processed as it is."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Ready but for a person's review or sign-off."""

    reason: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Could not be done; nothing was let out."""

    reason: str
    action: str


Stop = Held | Refused | Pending | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One decided cell of the matrix of participant, interval and purpose."""

    participant_id: str
    interval: Interval
    purpose: Purpose
    outcome: Outcome
    rule_id: str
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling(ABC):
    """What every participant's consent allows in one session; only the consent stage makes one."""

    session_id: str
    cells: tuple[Cell, ...]
    log_head: str
    valid_until: datetime

    @abstractmethod
    def _made_by_consent(self) -> None:
        """Implemented in the consent stage alone."""

    def outcome(self, purpose: Purpose) -> Outcome:
        """The session's outcome for a purpose: the most closed of its participants; hold where nothing was decided."""
        outcomes = [cell.outcome for cell in self.cells if cell.purpose is purpose]
        return max(outcomes, key=lambda outcome: outcome.closedness, default=Outcome.HOLD)

    def allows(self, purpose: Purpose) -> bool:
        """Whether the session may go on for a purpose, with or without some participants."""
        return self.outcome(purpose).closedness <= Outcome.MINUS.closedness

    def removed(self, purpose: Purpose) -> frozenset[str]:
        """The ids of the participants of whom every trace is taken out for a purpose."""
        return frozenset(
            cell.participant_id for cell in self.cells if cell.purpose is purpose and cell.outcome is not Outcome.PROCEED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One heard word; ``doubt_s`` is how far its times may be off, in seconds."""

    start_s: float
    end_s: float
    doubt_s: float
    text: str
    probability: float
    track_id: str
    participant_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Speech that no word covers."""

    track_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTerm:
    """A known term found by searching the sound itself, not the transcript."""

    term: str
    track_id: str
    start_s: float
    end_s: float
    doubt_s: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard, in order of time over all tracks, and what was not."""

    engine: str
    words: tuple[Word, ...]
    unheard: tuple[Unheard, ...] = ()
    heard_terms: tuple[HeardTerm, ...] = ()
    speech_s: float = 0.0

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry of a term list; lists are secrets themselves."""

    text: str
    kind: str = "other"
    aliases: tuple[str, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known beforehand about the names and terms of a session."""

    participants: tuple[KnownPerson, ...] = ()
    companies: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlace:
    """Where a finding is in the sound: ``words`` is a half-open range of indices into the transcript, empty if no word."""

    track_id: str
    start_s: float
    end_s: float
    doubt_s: float
    words: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a finding is in a text of the session: ``surface`` is captions, chat or title."""

    surface: str
    index: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One detected mention: what, where, which rule and how sure, 0 to 1."""

    finding_id: str
    entity: str
    label: str
    text: str
    rule: str
    score: float
    place: SoundPlace | TextPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The findings of one entity, put to a person; ``replacement`` is what stands in its place, as ``[person 1]``."""

    proposal_id: str
    session_id: str
    entity: str
    label: str
    replacement: str
    findings: tuple[Finding, ...]

    @property
    def score(self) -> float:
        """The surest finding's score."""
        return max((finding.score for finding in self.findings), default=0.0)


class Verdict(StrEnum):
    """What a person decided about a proposal."""

    REDACT = "redact"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One act of a reviewer; the latest for a proposal holds."""

    proposal_id: str
    verdict: Verdict
    actor: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of sound to take out; ``track_id`` None means every track. ``reasons`` say why it is as wide as it is."""

    start_s: float
    end_s: float
    track_id: str | None = None
    reasons: tuple[str, ...] = ()
    proposal_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTerm:
    """A text that may appear nowhere in the output, and what stands in its place."""

    text: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """A span of a text of the session to replace."""

    place: TextPlace
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEdit:
    """A half-open range of transcript words to replace."""

    words: tuple[int, int]
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan(ABC):
    """Everything that is to be taken out of one session for one audience; only the review stage makes one."""

    session_id: str
    audience: Audience
    windows: tuple[Window, ...]
    terms: tuple[PlannedTerm, ...] = ()
    text_edits: tuple[TextEdit, ...] = ()
    word_edits: tuple[WordEdit, ...] = ()
    removed: frozenset[str] = frozenset()
    keep_tracks: tuple[str, ...] = ()
    keep_video: bool = False
    signed_off_by: str | None = None

    @abstractmethod
    def _made_by_review(self) -> None:
        """Implemented in the review stage alone."""


class ProofVerdict(StrEnum):
    """What a proof found; only PROVED lets anything out."""

    PROVED = "proved"
    LEAK = "leak"
    UNCHECKED = "could not check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of a proof; ``detail`` holds counts, levels and ids, never a secret."""

    name: str
    verdict: ProofVerdict
    detail: str
    at_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The evidence that nothing planned survives in a rendition."""

    checks: tuple[Check, ...]

    @property
    def verdict(self) -> ProofVerdict:
        """LEAK if any check found one, UNCHECKED if any could not be made or none was, else PROVED."""
        verdicts = {check.verdict for check in self.checks}
        if ProofVerdict.LEAK in verdicts:
            return ProofVerdict.LEAK
        if ProofVerdict.UNCHECKED in verdicts or not verdicts:
            return ProofVerdict.UNCHECKED
        return ProofVerdict.PROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFile:
    """One file of a rendition: its name within the folder, and the SHA-256 of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One redacted turn of talk; ``speaker`` is a label as ``[person 1]`` or ``staff 1``, never a name."""

    start_s: float
    end_s: float
    participant_id: str | None
    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition(ABC):
    """Redacted files that passed their proof; only the render stage makes one. ``folder`` is relative to the output folder."""

    session_id: str
    audience: Audience
    folder: str
    files: tuple[OutFile, ...]
    turns: tuple[Turn, ...]
    proof: Proof

    @abstractmethod
    def _made_by_render(self) -> None:
        """Implemented in the render stage alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A request, discovery, problem, praise or question in the redacted transcript."""

    label: str
    score: float
    area: str
    quote: str
    start_s: float
    end_s: float
    participant_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """How far one session got in one run, for the report; ``detail`` holds counts only."""

    session_id: str
    status: str
    reason: str
    action: str
    renditions: tuple[str, ...] = ()
    detail: dict[str, float] = field(default_factory=dict)
