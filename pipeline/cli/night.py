"""Commands for the operator's night and morning: run, status, report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.cli.progress import print_counts, print_lines, print_report, shown_progress
from pipeline.executors import EXECUTORS
from pipeline.store import Workspace
from pipeline.store.registry import Registry


@click.command()
@click.argument("inbox", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@workspace_option
@click.option("--night", type=click.DateTime(["%Y-%m-%d"]), help="Only sessions of this UTC date, and what is out.")
@click.option("--executor", type=click.Choice(list(EXECUTORS)), default="local", help="How work is spread.")
@click.option("--again", is_flag=True, help="Also try sessions that failed too often.")
@click.option("--accept-clock", is_flag=True, help="The clock is right, although it jumped since the last run.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    inbox: Path | None,
    workspace: Path,
    night: datetime | None,
    executor: str,
    again: bool,
    accept_clock: bool,
    as_json: bool,
) -> None:
    """Ingest what is new in INBOX and move every session as far as it may go."""
    from pipeline import nightly

    day = night.date() if night else None
    chosen = nightly.Chosen(executor=EXECUTORS[executor], day=day, again=again, accept_clock=accept_clock)
    with shown_progress(quiet=as_json) as progress:
        opened = Workspace.open(workspace)
        report = nightly.night(opened, inbox=inbox, chosen=chosen, now=now(), progress=progress)
    print_report(report, opened, as_json)
    ctx.exit(report.exit_code)


@click.command()
@workspace_option
@click.option("--paths", is_flag=True, help="Also print each session's folder; folder names may hold secrets.")
@json_option
def status(workspace: Path, paths: bool, as_json: bool) -> None:
    """Say what stands where, and the one next action for each session."""
    from pipeline.report import gather, with_paths

    registry = Registry(Workspace.open(workspace).db)
    gathered = gather(registry, now=now())
    if paths or as_json:
        emit(with_paths(gathered.lines, registry) if paths else gathered.lines, as_json)
    else:
        print_lines(gathered.lines)
        print_counts(gathered)


@click.command()
@workspace_option
@json_option
def report(workspace: Path, as_json: bool) -> None:
    """Make the morning report again: on the terminal, as JSON and as a page."""
    from pipeline.consent.jurisdictions import rules_of
    from pipeline.report import gather, write

    opened = Workspace.open(workspace)
    at = now()
    warned = (*rules_of(opened.root).warnings(at.date()), *opened.list_warnings(at.date()))
    gathered = gather(Registry(opened.db), now=at, warned=warned)
    write(gathered, opened)
    print_report(gathered, opened, as_json)
