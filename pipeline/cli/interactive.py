"""Interactive review: one key for each undecided proposal; where input is no terminal, one line for each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from pipeline.cli.common import account_of_process, now
from pipeline.errors import RefusedByPolicy, VersionConflict
from pipeline.lexicon.counted import counted
from pipeline.records import Proposal, Verdict
from pipeline.store import Workspace
from pipeline.workflow import review_actions, review_leases

KEYS = {
    "a": "redact",
    "x": "keep",
    "w": "keep: not a name",
    "f": "flag for a lead",
    "j": "next",
    "k": "previous",
    "r": "reveal",
    "z": "undo",
    "q": "quit",
}
"""Each key does what it does on the review page as shipped, where there is such a key."""
_REDACT, _KEEP, _NO_NAME, _FLAG, _NEXT, _PREVIOUS, _REVEAL, _UNDO, _QUIT = KEYS
_NOT_A_NAME = "not a name"
_WHY = {_KEEP: (Verdict.KEEP, "why is it kept"), _FLAG: (Verdict.FLAG, "what should a lead decide")}


@dataclass(slots=True)
class _Review:
    """Where a reviewer is in the list, and what they decided."""

    workspace: Workspace
    actor: str
    reason: str
    waiting: list[Proposal]
    at: int = 0
    decided: list[int] = field(default_factory=list)
    version: int = 0
    leased: str = ""

    def act(self, key: str) -> bool:
        """Does what a key asks for; False when the review is over."""
        proposal = self.waiting[self.at]
        if key == _REDACT:
            self._decide(proposal, Verdict.REDACT, self.reason)
        elif key in _WHY:
            verdict, question = _WHY[key]
            why = click.prompt(question, default="", show_default=False)
            if why.strip():
                self._decide(proposal, verdict, why)
        elif key == _NO_NAME:
            self._decide(proposal, Verdict.KEEP, _NOT_A_NAME)
        elif key == _NEXT:
            self.at += 1
        elif key == _PREVIOUS:
            self.at = max(0, self.at - 1)
        elif key == _REVEAL:
            click.echo("  " + ", ".join(review_actions.reveal_proposal(self.workspace, proposal, actor=self.actor)))
        elif key == _UNDO and self.decided:
            self.at = self.decided.pop()
            review_actions.undo_decision(self.workspace, self.waiting[self.at], actor=self.actor)
        return key != _QUIT and self.at < len(self.waiting)

    def look(self) -> None:
        """Takes or renews the lease of the session at hand, and notes what was decided when its proposal is shown."""
        proposal = self.waiting[self.at]
        if self.leased != proposal.session_id:
            self.leave()
        lease = review_leases.work_on(self.workspace, proposal.session_id, actor=self.actor, now=now())
        if self.leased != proposal.session_id and not lease.is_mine:
            click.echo(
                f"{lease.actor} reviews this session until {lease.until:%H:%M} UTC; where both of you decide a "
                "proposal, the later decision is refused"
            )
        self.leased = proposal.session_id
        self.version = review_actions.version_of(self.workspace, proposal)

    def leave(self) -> None:
        """Gives the lease back, so that others are handed the session."""
        if self.leased:
            review_leases.give_back(self.workspace, self.leased, actor=self.actor)

    def _decide(self, proposal: Proposal, verdict: Verdict, reason: str) -> None:
        act: dict[str, Any] = {"actor": self.actor, "reason": reason, "version": self.version, "now": now()}
        act["is_lead"] = review_actions.is_lead_account(self.workspace, account_of_process())
        try:
            review_actions.decide_proposal(self.workspace, proposal, verdict, **act)
            if self.at not in self.decided:
                self.decided.append(self.at)
        except (VersionConflict, RefusedByPolicy) as refusal:
            click.echo(f"  {refusal}")
        self.at += 1


def review_interactively(workspace: Workspace, session_id: str | None, *, actor: str, reason: str) -> None:
    """Shows each undecided proposal, masked, and stores each decision at once: stopping loses nothing."""
    waiting = review_actions.undecided_proposals(workspace, session_id, actor=actor, now=now())
    state, shown = _Review(workspace, actor, reason, waiting), -1
    if waiting:
        click.echo(" · ".join(f"{key} {does}" for key, does in KEYS.items()))
    goes_on = bool(waiting)
    while goes_on:
        if shown != state.at:
            state.look()
            _show(state)
            shown = state.at
        goes_on = state.act(read_key(blank=_NEXT))
    state.leave()
    left = len(waiting) - len(state.decided)
    click.echo(f"\ndecided {len(state.decided)}, {left} left; `offrecord run` applies it")


def _show(state: _Review) -> None:
    for line in _lines(state):
        click.echo(line)


def _lines(state: _Review) -> Iterator[str]:
    proposal = state.waiting[state.at]
    line = review_actions.masked_line(state.workspace, proposal, now=now())
    yield f"\n{state.at + 1} of {len(state.waiting)}  {proposal.session_id}  {line.replacement}  score {line.score:.2f}"
    yield f"  {', '.join(line.text)}  ({counted(line.mentions, 'mention')}: {', '.join(line.rules)})"
    if line.cannot_be_kept:
        yield f"  cannot be kept: {line.cannot_be_kept}"
    yield from (f"  concerns: {mark}" for mark in line.concerns)
    if line.times:
        yield f"  at {', '.join(line.times)}"
    yield from (f"  > {text}" for text in review_actions.transcript_lines(state.workspace, proposal))


def read_key(*, blank: str = "s") -> str:
    """The next key, or the first letter of the next line, ``blank`` for an empty one; quits at the end of the input."""
    if sys.stdin.isatty():
        return click.getchar().lower()
    line = sys.stdin.readline()
    return (line.strip().lower()[:1] or blank) if line else _QUIT
