"""Commands of the nightly batch: run, status, report."""

from __future__ import annotations

import gc
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, reader_may_leave, renamed_flag, workspace_option
from pipeline.cli.progress import shown_progress
from pipeline.cli.report_lines import print_counts, print_lines, print_report
from pipeline.cli.workspace_places import RecordingPath

if TYPE_CHECKING:
    from pipeline.nightly import RunOptions
    from pipeline.reports.morning_report import MorningReport
    from pipeline.reports.telemetry import ShowProgress
    from pipeline.store import Workspace

EXECUTOR_NAMES = ("local", "inline", "ray")
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""A night keeps some objects of every session: with 700, as Python has it, 1.1 of 7.1 s over 100,000 sessions went on
looking for circles among them."""


@click.command()
@click.argument("inbox", required=False, type=RecordingPath(exists=True))
@workspace_option
@click.option("--night", type=click.DateTime(["%Y-%m-%d"]), help="Only sessions of this UTC date, and published ones.")
@click.option(
    "--executor",
    type=click.Choice(EXECUTOR_NAMES),
    default="local",
    help="Where tasks run: worker processes, this process, or a Ray cluster.",
)
@click.option("--retry-failed", is_flag=True, help="Also retry sessions that failed too often.")
@click.option("--accept-clock", is_flag=True, help="Accept that the clock jumped since the last run: it is right.")
@renamed_flag("--again", "--retry-failed")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    inbox: Path | None,
    workspace: Path,
    night: datetime | None,
    executor: str,
    retry_failed: bool,
    accept_clock: bool,
    as_json: bool,
) -> None:
    """Ingest what is new in INBOX and move every session as far as it may go."""
    from pipeline.nightly import RunOptions
    from pipeline.workflow.run_executor import executor_named

    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    day = night.date() if night else None
    with shown_progress(quiet=as_json, lines=True) as progress:
        opened = open_workspace(workspace)
        options = RunOptions(
            executor=executor_named(executor, opened), day=day, retry_failed=retry_failed, accept_clock=accept_clock
        )
        report = _measured_night(opened, inbox, options, progress)
    with reader_may_leave():
        print_report(report, opened, as_json)
    ctx.exit(report.exit_code)


def _measured_night(
    workspace: Workspace, inbox: Path | None, options: RunOptions, progress: ShowProgress
) -> MorningReport:
    from pipeline.nightly import run_night
    from pipeline.reports.telemetry import run_telemetry

    with run_telemetry(workspace.settings.telemetry) as telemetry:
        followed = telemetry.follow(progress)
        report = run_night(workspace, inbox=inbox, options=options, now=now(), progress=followed)
        telemetry.record(report)
    return report


@click.command()
@workspace_option
@click.option("--paths", is_flag=True, help="Also print each session's folder; folder names may hold secrets.")
@json_option
def status(workspace: Path, paths: bool, as_json: bool) -> None:
    """Show the status of each session and its one next action."""
    from pipeline.reports.morning_report import folders_of, gather, with_leases, with_paths

    opened = open_workspace(workspace)
    report = with_leases(gather(opened, now=now()), opened, now=now())
    if as_json:
        emit(with_paths(report.lines, opened) if paths else report.lines, as_json)
    else:
        print_lines(report.lines, folders_of(opened) if paths else None)
        print_counts(report)


@click.command()
@workspace_option
@json_option
def report(workspace: Path, as_json: bool) -> None:
    """Make the morning report again: on the terminal, as JSON and as a page."""
    from pipeline.reports.report_files import refresh

    opened = open_workspace(workspace)
    print_report(refresh(opened, now=now()), opened, as_json)
