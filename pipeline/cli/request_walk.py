"""A walk through the unsure requests, one key for each; with input that is no terminal, one line for each."""

from __future__ import annotations

from datetime import datetime

import click

from pipeline.cli.interactive import read_key
from pipeline.records import RequestSource
from pipeline.store import Workspace
from pipeline.workflow import request_acts
from pipeline.workflow.request_acts import RequestAction
from pipeline.workflow.request_review import unsure

_KEYS = "a accept · x reject · s skip · u undo · q quit"
_VERDICTS = {"a": RequestAction.ACCEPT, "x": RequestAction.REJECT}
_UNDO, _QUIT = "u", "q"


def walk(workspace: Workspace, *, actor: str, reason: str, now: datetime) -> None:
    """Shows each unsure request and keeps each decision at once: stopping loses nothing."""
    waiting, decided, place = unsure(workspace, now=now), list[int](), 0
    if waiting:
        click.echo(_KEYS)
    while place < len(waiting):
        mention = waiting[place]
        typed = "  typed into the chat" if mention.source == RequestSource.CHAT else ""
        shown = f"{mention.kind}  {mention.area}  score {mention.score:.2f}{typed}"
        click.echo(f"\n{place + 1} of {len(waiting)}  {shown}")
        click.echo(f"  > {mention.quote}\n  {mention.reason}")
        key = read_key()
        if key == _QUIT:
            break
        if key in _VERDICTS:
            request_acts.decide(workspace, mention.request_id, _VERDICTS[key], actor=actor, reason=reason)
            decided.append(place)
        if key == _UNDO and decided:
            place = decided.pop()
            undone = waiting[place].request_id
            request_acts.decide(workspace, undone, RequestAction.REOPEN, actor=actor, reason="undone")
        else:
            place += key != _UNDO
    click.echo(f"\ndecided {len(decided)}, {len(waiting) - len(decided)} left")
