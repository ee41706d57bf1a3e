"""Commands for the database of a workspace: copy it to another place, bring one on a server up to date."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, open_workspace, workspace_option


@click.group()
def db() -> None:
    """Copy the database to PostgreSQL or back, and upgrade it there."""


@db.command("copy")
@click.argument("target", metavar="ADDRESS")
@workspace_option
@json_option
def copy(target: str, workspace: Path, as_json: bool) -> None:
    """Copy the database to ADDRESS: an empty one, as postgresql://USER@HOST/DATABASE, or `sqlite` for a file.

    The workspace keeps its present database until you do what the command prints next.
    """
    from pipeline.workflow.database_copy import copy_database

    emit(copy_database(open_workspace(workspace), target), as_json)


@db.command("upgrade")
@workspace_option
def upgrade(workspace: Path) -> None:
    """Bring the database at database.url up to date with this version; stop everything that uses it first."""
    from pipeline.store import Workspace

    revision = Workspace.upgrade(workspace)
    click.echo(f"the database is at revision {revision}")
