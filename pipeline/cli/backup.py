"""Commands for backups: make a key, write one, restore one."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option, written
from pipeline.cli.output_file import OutputFile

_FILE = OutputFile()
_THERE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("backup-key")
@click.argument("file", type=_FILE)
@json_option
def backup_key(file: Path, as_json: bool) -> None:
    """Make a key file that opens backups, and print its public key; keep FILE away from this machine."""
    from pipeline.workflow.backup import write_key

    emit({"recipient": write_key(file)}, as_json)
    if not as_json:
        click.echo(written(file))


@click.command()
@click.argument("file", type=_FILE)
@click.option("--keys", type=_FILE, help="Also write the workspace's keys to this file; store it elsewhere.")
@click.option("--recipient", "recipients", multiple=True, help="An age public key; the default is backup.recipients.")
@click.option(
    "--without-originals", is_flag=True, help="Leave out vault/; copy its files, which never change, yourself."
)
@workspace_option
@json_option
def backup(
    file: Path, keys: Path | None, recipients: tuple[str, ...], without_originals: bool, workspace: Path, as_json: bool
) -> None:
    """Write an encrypted backup of the workspace to FILE, without its keys."""
    from pipeline.workflow.backup import back_up

    opened, originals = open_workspace(workspace), not without_originals
    emit(back_up(opened, file, keys=keys, recipients=recipients, originals=originals, now=now()), as_json)


@click.command()
@click.argument("file", type=_THERE)
@click.option("--identity", type=_THERE, required=True, help="The key file that opens the backup.")
@click.option("--keys", type=_THERE, help="The backup of the keys; the default is the keys of the existing workspace.")
@click.option("--journal", type=_THERE, help="The newest withdrawals.journal, if the workspace is lost.")
@workspace_option
@json_option
def restore(
    file: Path, identity: Path, keys: Path | None, journal: Path | None, workspace: Path, as_json: bool
) -> None:
    """Restore the workspace from the backup FILE; every later refusal and withdrawal stays in force."""
    from pipeline.workflow import backup as use_case

    emit(use_case.restore(file, workspace, identity=identity, keys=keys, newest_journal=journal, now=now()), as_json)
