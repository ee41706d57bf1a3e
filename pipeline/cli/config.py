"""The command that shows the settings."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, open_workspace, workspace_option


@click.group(cls=Group)
def config() -> None:
    """Show the settings of a workspace."""


@config.command()
@workspace_option
@click.option("--origin", is_flag=True, help="Also print where each value comes from.")
@json_option
def show(workspace: Path, origin: bool, as_json: bool) -> None:
    """Show every setting with its value, secrets masked."""
    from pipeline.settings.origins import shown_settings

    rows = [asdict(row) for row in shown_settings(open_workspace(workspace).root)]
    shown = ("setting", "value", "origin") if origin else ("setting", "value")
    emit([{name: row[name] for name in shown} for row in rows], as_json)
