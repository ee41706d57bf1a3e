"""What was made, the proof of it, and what follows from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.records.vocabulary import Audience


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
    """One redacted turn of talk, or message of the chat; ``speaker`` is a label as ``[person 1]``, never a name."""

    start_s: float
    end_s: float
    participant_id: str | None
    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition(ABC):
    """Redacted files that passed their proof; made by the render stage alone; ``folder`` lies in the output folder.

    ``turns`` are what was said, ``chat`` what was typed.
    """

    session_id: str
    audience: Audience
    folder: str
    files: tuple[OutFile, ...]
    turns: tuple[Turn, ...]
    chat: tuple[Turn, ...]
    proof: Proof

    @abstractmethod
    def _made_by_render(self) -> None:
        """Implemented in the render stage alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A place in a published rendition that is redacted now: its file, and where in it, never its text."""

    audience: Audience
    file: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """How far one session got in one run, for the report; ``detail`` holds counts only."""

    session_id: str
    status: str
    reason: str
    action: str
    renditions: tuple[str, ...] = ()
    detail: dict[str, float] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionProgress:
    """How far a session came, and until when its ruling holds (seconds since the epoch)."""

    result: SessionResult
    valid_until: float
