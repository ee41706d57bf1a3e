"""A person releases a session to the public: everything is decided, read and proved again, then it is put out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline import consent, log, nightly, requests, run
from pipeline.errors import ProofFailed, RefusedByPolicy
from pipeline.letting_out import Candidate, Wish, candidate, what_stops
from pipeline.records import Audience, Failed, Held, Pending, Refused, SessionResult, Stop
from pipeline.store import Workspace, run_clock
from pipeline.store.registry import Registry, SessionState

_PUBLIC = Audience.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a release would do: ``stops`` is empty where nothing stands in its way but rendering and proof."""

    session: str
    stops: str
    action: str
    windows: int = 0
    muted_s: float = 0.0
    terms: int = 0
    removed: tuple[str, ...] = ()
    picture: bool = False


def release(session_id: str, *, workspace: Workspace, wish: Wish, now: datetime) -> SessionResult:
    """Puts the public rendition of a session out, and brings its internal one up to date first.

    Raises ``RefusedByPolicy`` where consent, review or an earlier rendition stand in the way, ``ProofFailed`` where it
    could not be proved, ``TryAgain`` where the clock jumped; then nothing public is out that was not before.
    """
    log.configure(workspace.logs / "offrecord.jsonl")
    with workspace.locked():
        workspace.sweep()
        consent.verify_chain(workspace)
        run_clock.check(workspace, now=now)
        registry = Registry(workspace.db)
        session = registry.session(session_id)
        _refuse_unasked(_unasked(run.audiences(session)))
        state_key = nightly.state_keys(workspace, registry, on=now.date())[session_id]
        found = run.looked(session, workspace, now=now)
        lets = run.let_all(found, wish=wish) if isinstance(found, run.Looked) else {}
        travelled = (
            run.concluded(found, lets) if isinstance(found, run.Looked) else run.stopped(session, workspace, found, now)
        )
        until, result = travelled.valid_until, travelled.result
        registry.conclude(SessionState(state_key=state_key, valid_until=until, attempts=1, result=result))
        requests.write(workspace, now=now)
    stop = lets[_PUBLIC].stop if lets else found
    if isinstance(stop, Failed):
        raise ProofFailed(f"not released: {stop.reason}", action=stop.action)
    if isinstance(stop, Held | Pending | Refused):
        raise RefusedByPolicy(f"not released: {stop.reason}", action=stop.action)
    log.get().info("released", session_id=session_id)
    return result


def outlook(session_id: str, *, workspace: Workspace, now: datetime) -> Outlook:
    """What a release would do now, without doing it; nothing of it is rendered or proved."""
    with workspace.locked():
        consent.verify_chain(workspace)
        session = Registry(workspace.db).session(session_id)
        stop = _unasked(run.audiences(session))
        found = stop or run.looked(session, workspace, now=now)
        if isinstance(found, run.Looked):
            planned = candidate(found.case, found.transcript, found.proposed, _PUBLIC)
            if isinstance(planned, Candidate):
                return _looks(session_id, planned)
            found = planned
    return Outlook(session=session_id, stops=found.reason, action=found.action)


def _looks(session_id: str, planned: Candidate) -> Outlook:
    stop = what_stops(planned, wish=Wish(actor="", reason=""))
    plan = planned.plan
    return Outlook(
        session=session_id,
        stops=stop.reason if stop else "",
        action=stop.action if stop else "run it without --dry-run",
        windows=len(plan.windows),
        muted_s=round(sum(one.end_s - one.start_s for one in plan.windows), 1),
        terms=len(plan.terms),
        removed=tuple(sorted(plan.removed)),
        picture=plan.picture is not None,
    )


def _unasked(asked: tuple[Audience, ...]) -> Stop | None:
    if _PUBLIC in asked:
        return None
    return Failed(
        reason="nobody asked for a public rendition of this session",
        action="add public_recording to the purposes in its session.toml and run again",
    )


def _refuse_unasked(stop: Stop | None) -> None:
    if stop is not None:
        raise RefusedByPolicy(stop.reason, action=stop.action)
