"""``offrecord fetch``: recordings of a platform into the inbox, with the operator's own credentials."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option
from pipeline.cli.progress import shown_bytes

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("platform", type=click.Choice(["zoom", "teams", "meet"]))
@click.argument("inbox", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--since", type=_DAY, required=True, help="The first UTC day of recordings to fetch, as 2026-11-18.")
@click.option("--until", type=_DAY, help="The last UTC day of recordings to fetch; the default is today.")
@click.option(
    "--credentials",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The TOML file with the platform's credentials, readable by you alone.",
)
@click.option("--dry-run", is_flag=True, help="List what would be fetched, and fetch nothing.")
@click.option(
    "--again",
    is_flag=True,
    help="Also fetch earlier recordings that left the inbox before a run read them.",
)
@workspace_option
@json_option
@click.pass_context
def fetch(
    ctx: click.Context,
    platform: str,
    inbox: Path,
    since: datetime,
    until: datetime | None,
    file: Path,
    dry_run: bool,
    again: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Fetch new recordings of a platform into INBOX, with your own credentials; a run never fetches."""
    from pipeline.fetch import FetchOptions, fetch_recordings, read_credentials

    days = {"since": since.date(), "until": (until or now()).date()}
    options = FetchOptions(platform=platform, inbox=inbox, **days, dry_run=dry_run, again=again)
    credentials = read_credentials(file, platform)
    with shown_bytes("fetch") as shown:
        report = fetch_recordings(open_workspace(workspace), options, credentials, now=now(), progress=shown)
    emit(report if as_json else report.lines, as_json)
    for problem in report.problems:
        click.echo(f"offrecord: {problem}", err=True)
    ctx.exit(report.exit_code)
