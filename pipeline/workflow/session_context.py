"""One session on its way through the stages: with its ruling and what is known of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import consent
from pipeline.errors import TryAgain
from pipeline.records import Context, Outcome, Purpose, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.codec import encode, key_of

_TRACES = ["chat", "mention", "speech"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContext:
    """A session with its ruling; ``known`` holds the names and terms that detection knows beforehand.

    ``as_written`` is the session with its captions as the platform wrote them, where they were moved since.
    """

    session: Session
    workspace: Workspace
    ruling: Ruling
    known: Context
    now: datetime
    as_written: Session | None = None

    @property
    def decided(self) -> Session:
        """The session that the ruling was made of: of moved captions, another might be made."""
        return self.as_written or self.session

    def put(self, stage: str, key: str, value: object, kind: Any = None, *, purpose: Purpose) -> None:
        """Stores a stage result with who is in it; raises ``TryAgain``, and stores nothing, when consent changed."""
        ruling = consent.rule(self.decided, workspace=self.workspace, now=self.now)
        if not isinstance(ruling, Ruling) or ruling.cells != self.ruling.cells:
            raise TryAgain(
                "consent changed while this session was processed", action="run again; consent is then decided again"
            )
        with consent.release(self.workspace, replace(ruling, live_until_s=self.ruling.live_until_s)):
            self.workspace.fence.check()
            place = self.workspace.stages.put(stage, key, value, kind)
            self.register_artefact(stage, place, purpose=purpose, digest=key_of(encode(value, kind).decode()))

    def register_artefact(self, kind: str, place: Path, *, purpose: Purpose, digest: str | None = None) -> None:
        """Registers an artefact of this session: removed people may be named in it, the others also speak and write.

        Whoever is removed from a part of the session speaks in the rest of it.
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
