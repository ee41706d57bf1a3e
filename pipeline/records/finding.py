"""Detected mentions, and what people decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.records.picture import Region
from pipeline.records.rules import DetectionRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlace:
    """A finding in the sound: ``words`` is a half-open range of indices into the transcript, empty if no word.

    ``set_by_hand`` says that a reviewer put its edges where they are, by ear.
    """

    track_id: str
    start_s: float
    end_s: float
    time_uncertainty_s: float
    words: tuple[int, int] = (0, 0)
    set_by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a finding is in a text of the session: ``surface`` is captions, embedded captions, chat or title."""

    surface: str
    index: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlace:
    """Where and when a finding can be read in the picture, in seconds."""

    region: Region
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One detected mention: what, where, which rule and how sure, 0 to 1."""

    finding_id: str
    entity: str
    label: str
    text: str
    rule: DetectionRule
    score: float
    place: SoundPlace | TextPlace | PicturePlace


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

    @property
    def is_heard_again(self) -> bool:
        """Whether it is one place where the proof of a rendition heard or read a term again."""
        return bool(self.findings) and all(finding.rule is DetectionRule.HEARD_AGAIN for finding in self.findings)

    @property
    def is_picture(self) -> bool:
        """Whether it is about the picture alone: then it is decided and approved with the picture."""
        return bool(self.findings) and all(isinstance(finding.place, PicturePlace) for finding in self.findings)


class Verdict(StrEnum):
    """What a person decided about a proposal; OPEN takes back what was decided before, FLAG leaves it to a lead."""

    REDACT = "redact"
    KEEP = "keep"
    OPEN = "open"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One act of a reviewer; the latest for a proposal holds."""

    proposal_id: str
    verdict: Verdict
    actor: str
    reason: str
    decided_at: datetime
