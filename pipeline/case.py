"""One session on its way through the line: with its ruling, what is known beforehand, and what was proposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import consent
from pipeline.errors import TryAgain
from pipeline.records import (
    Context,
    Decision,
    Outcome,
    Proposal,
    Purpose,
    Ruling,
    Session,
)
from pipeline.review.picture import NO_PICTURE, PictureReview
from pipeline.store import Workspace
from pipeline.store.stages import encode, key_of

_TRACES = ["chat", "mention", "speech"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A session with its ruling and what it knows beforehand."""

    session: Session
    workspace: Workspace
    ruling: Ruling
    context: Context
    now: datetime

    def keep(self, stage: str, key: str, value: object, kind: Any = None, *, purpose: Purpose) -> None:
        """Keeps a stage result with who is in it; raises ``TryAgain``, and keeps nothing, when consent here changed."""
        ruling = consent.rule(self.session, workspace=self.workspace, now=self.now)
        if not isinstance(ruling, Ruling) or ruling.cells != self.ruling.cells:
            raise TryAgain("consent changed while this session was worked", action="run again: it is decided anew")
        with consent.release(self.workspace, replace(ruling, live_until_s=self.ruling.live_until_s)):
            place = self.workspace.stages.keep(stage, key, value, kind)
            self.note(stage, place, purpose=purpose, digest=key_of(encode(value, kind).decode()))

    def note(self, kind: str, place: Path, *, purpose: Purpose, digest: str | None = None) -> None:
        """Registers an artefact of this session: removed people may be named in it, the others also speak and write.

        Who is taken out of a part alone speaks in the rest.
        """
        removed = {
            person.participant_id
            for person in self.session.participants
            if all(outcome is not Outcome.PROCEED for _, outcome in self.ruling.spans(purpose, person.participant_id))
        }
        self.workspace.artefacts.note(
            kind,
            place,
            session_id=self.session.session_id,
            contributors={
                person.participant_id: ["mention"] if person.participant_id in removed else _TRACES
                for person in self.session.participants
            },
            log_head=self.ruling.log_head,
            digest=digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is proposed for a session, and what people decided about it."""

    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    signed_off_by: str | None
    picture: PictureReview = NO_PICTURE

    @property
    def undecided(self) -> int:
        """How many proposals nobody decided yet."""
        return len({one.proposal_id for one in self.proposals} - {one.proposal_id for one in self.decisions})
