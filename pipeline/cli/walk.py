"""A walk through what is undecided, one key for each proposal; with input that is no terminal, one line for each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import click

from pipeline.records import Proposal, Verdict
from pipeline.review import decision_log
from pipeline.review import queue as queue_of
from pipeline.review.mishearings import learn
from pipeline.review.redacted_context import said_around
from pipeline.store import Workspace

_KEYS = "r take out · k keep · s skip · v reveal · u undo · q quit"
_REDACT, _KEEP, _SKIP, _REVEAL, _UNDO, _QUIT = "rksvuq"


@dataclass(slots=True)
class _Walk:
    """Where somebody is on their way, and what they decided on it."""

    workspace: Workspace
    actor: str
    reason: str
    waiting: list[Proposal]
    at: int = 0
    decided: list[int] = field(default_factory=list)

    def act(self, key: str) -> bool:
        """Does what a key asks for; False when the walk is over."""
        proposal = self.waiting[self.at]
        if key == _REDACT:
            self._decide(proposal, Verdict.REDACT, self.reason)
        elif key == _KEEP:
            why = click.prompt("why may it stay", default="", show_default=False)
            if why.strip():
                self._decide(proposal, Verdict.KEEP, why)
        elif key == _SKIP:
            self.at += 1
        elif key == _REVEAL:
            decision_log.note_reveal(self.workspace.db, proposal.session_id, actor=self.actor)
            click.echo("  " + ", ".join(dict.fromkeys(finding.text for finding in proposal.findings)))
        elif key == _UNDO and self.decided:
            self.at = self.decided.pop()
            self._keep(self.waiting[self.at], Verdict.OPEN, "undone")
        return key != _QUIT and self.at < len(self.waiting)

    def _decide(self, proposal: Proposal, verdict: Verdict, reason: str) -> None:
        self._keep(proposal, verdict, reason)
        self.decided.append(self.at)
        self.at += 1

    def _keep(self, proposal: Proposal, verdict: Verdict, reason: str) -> None:
        ids, db = [proposal.proposal_id], self.workspace.db
        decision_log.decide(db, proposal.session_id, ids, verdict=verdict, actor=self.actor, reason=reason)
        learn(self.workspace, [proposal], ids, verdict)


def walk(workspace: Workspace, session_id: str | None, *, actor: str, reason: str) -> None:
    """Shows each undecided proposal, masked, and keeps each decision at once: stopping loses nothing."""
    sessions = [session_id] if session_id else [line.session_id for line in queue_of.queue(workspace)]
    waiting = [proposal for one in sessions for proposal in _undecided(workspace, one)]
    state, shown = _Walk(workspace, actor, reason, waiting), -1
    if waiting:
        click.echo(_KEYS)
    goes_on = bool(waiting)
    while goes_on:
        if shown != state.at:
            _show(state)
            shown = state.at
        goes_on = state.act(_key())
    left = len(waiting) - len(state.decided)
    click.echo(f"\ndecided {len(state.decided)}, {left} left; `offrecord run` applies it")


def _undecided(workspace: Workspace, session_id: str) -> tuple[Proposal, ...]:
    return decision_log.undecided(
        queue_of.proposals_of(workspace, session_id), decision_log.decisions(workspace.db, session_id)
    )


def _show(state: _Walk) -> None:
    for line in _lines(state):
        click.echo(line)


def _lines(state: _Walk) -> Iterator[str]:
    proposal = state.waiting[state.at]
    line = queue_of.shown(proposal, None, reveal=False)
    yield f"\n{state.at + 1} of {len(state.waiting)}  {proposal.session_id}  {line.replacement}  score {line.score:.2f}"
    yield f"  {', '.join(line.text)}  ({line.mentions} mentions: {', '.join(line.rules)})"
    if line.times:
        yield f"  at {', '.join(line.times)}"
    yield from (f"  > {one}" for one in said_around(state.workspace, proposal))


def _key() -> str:
    """The next key, or the first letter of the next line; quits at the end of the input."""
    if sys.stdin.isatty():
        return click.getchar().lower()
    line = sys.stdin.readline()
    return (line.strip().lower()[:1] or _SKIP) if line else _QUIT
