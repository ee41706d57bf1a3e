"""A session of two people with a sound and a transcript made by hand, analysed and ready to be published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.consent import log_head
from pipeline.records import (
    Audience,
    Cell,
    Context,
    Decision,
    DetectionRule,
    Finding,
    Interval,
    Outcome,
    Purpose,
    Ruling,
    Session,
    SoundPlace,
    Transcript,
    Verdict,
)
from pipeline.review import propose
from pipeline.store import Workspace
from pipeline.workflow.analyse import AnalysedSession, ReviewState, propose_again
from pipeline.workflow.exposure_approval import approve_exposure
from pipeline.workflow.plan_renditions import plan_rendition
from pipeline.workflow.publish import PublishOutcome, ReleaseRequest, publish_rendition
from pipeline.workflow.session_context import SessionContext
from tests.media.making import ffmpeg as run_ffmpeg
from tests.media.making import tone
from tests.once import made_once
from tests.render.making import LENGTH_S, TRANSCRIPT
from tests.render.making import session as made_session

NOW = datetime(2026, 11, 23, tzinfo=UTC)
REQUEST = ReleaseRequest(actor="lead@example.com", reason="the customer agreed to the date")
AUDIENCES = (Audience.INTERNAL, Audience.PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeRuling(Ruling):
    def _made_by_consent(self) -> None: ...


def finding_of(entity: str, words: tuple[int, int]) -> Finding:
    heard = TRANSCRIPT.words[slice(*words)]
    place = SoundPlace(
        track_id="t1", start_s=heard[0].start_s, end_s=heard[-1].end_s, time_uncertainty_s=0.0, words=words
    )
    text = " ".join(word.text for word in heard)
    return Finding(
        finding_id=f"f-{entity}",
        entity=entity,
        label="TERM",
        text=text,
        rule=DetectionRule.TERM_LIST,
        score=0.9,
        place=place,
    )


FALCON, CALL = finding_of("term:falcon secret", (3, 5)), finding_of("term:call", (1, 2))


def ruling_of(head: str, *, removed: frozenset[str] = frozenset()) -> Ruling:
    """Everybody agreed to everything but those who are removed."""
    whole = Interval(start_s=0.0, end_s=LENGTH_S)
    cells = tuple(
        Cell(
            participant_id=who,
            interval=whole,
            purpose=purpose,
            outcome=Outcome.MINUS if who in removed else Outcome.PROCEED,
            rule_id="U1",
            reason="test",
            evidence=("evt_1", "roster_" + "9" * 64),
        )
        for who in ("p1", "p2")
        for purpose in (Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    )
    return HandMadeRuling(
        session_id="s1",
        cells=cells,
        log_head=head,
        valid_until=datetime(2099, 1, 1, tzinfo=UTC),
        duration_s=LENGTH_S,
    )


_SOUNDS = {"priya": tone(), "sam": tone(2.3, 2.6, hz=300)}


class PublishingSession:
    """One session in a workspace, let out again and again as what is found and decided changes."""

    def __init__(self, workspace: Workspace, sounds: Path) -> None:
        self.workspace = workspace
        digests = {name: workspace.vault.seal(sounds / name, kind="media").digest for name in _SOUNDS}
        blank = made_session()
        tracks = tuple(replace(track, digest=digests[track.digest]) for track in blank.tracks)
        self.session: Session = replace(blank, tracks=tracks, title="office hour", chat=())
        self.findings: tuple[Finding, ...] = (FALCON, CALL)
        self.known = Context()
        self.kept: tuple[str, ...] = ()
        self.decided: dict[str, Verdict] = {}
        self.removed: frozenset[str] = frozenset()

    @property
    def ruling(self) -> Ruling:
        return ruling_of(log_head(self.workspace), removed=self.removed)

    @property
    def analysed(self) -> AnalysedSession:
        context = SessionContext(
            session=self.session, workspace=self.workspace, ruling=self.ruling, known=self.known, now=NOW
        )
        proposals = propose("s1", self.findings)
        decided = tuple(
            Decision(
                proposal_id=proposal.proposal_id,
                verdict=Verdict.KEEP if proposal.entity in self.kept else Verdict.REDACT,
                actor="ann",
                reason="test",
                decided_at=NOW,
            )
            for proposal in proposals
        )
        decided += tuple(
            Decision(proposal_id=each, verdict=verdict, actor="ann", reason="not it", decided_at=NOW)
            for each, verdict in self.decided.items()
        )
        review_state = ReviewState(proposals=proposals, decisions=decided, signed_off_by="lead")
        session = AnalysedSession(context=context, transcript=self.transcript, review_state=review_state)
        return propose_again(session)

    def publish(
        self, audience: Audience = Audience.INTERNAL, *, release_request: ReleaseRequest | None = None
    ) -> PublishOutcome:
        analysed = self.analysed
        planned = plan_rendition(analysed, audience)
        return publish_rendition(analysed.context, audience, planned, release_request=release_request)

    @property
    def transcript(self) -> Transcript:
        return replace(TRANSCRIPT, words=tuple(word for word in TRANSCRIPT.words))

    def out(self, audience: Audience = Audience.INTERNAL) -> str | None:
        path = self.workspace.out / "s1" / audience / "transcript.txt"
        return path.read_text("utf-8") if path.exists() else None

    def approve(self, audience: Audience = Audience.INTERNAL) -> None:
        actor, reason = REQUEST.actor, REQUEST.reason
        approve_exposure(self.workspace, "s1", audience, actor=actor, reason=reason, now=NOW)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of sound for each of the two."""

    def make(folder: Path) -> None:
        for name, source in _SOUNDS.items():
            run_ffmpeg(*source, "-f", "wav", folder / name)

    return made_once(tmp_path_factory, "publishing-sounds", make)


@pytest.fixture
def made(new_workspace: Callable[[Path], Workspace], tmp_path: Path, sounds: Path) -> PublishingSession:
    """The session in a new workspace."""
    return PublishingSession(new_workspace(tmp_path / "ws"), sounds)


@pytest.fixture
def publishing(made: PublishingSession, monkeypatch: pytest.MonkeyPatch) -> PublishingSession:
    monkeypatch.setattr("pipeline.workflow.session_context.consent.rule", lambda *_, **__: made.ruling)
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])
    return made
