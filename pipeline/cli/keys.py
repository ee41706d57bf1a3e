"""Commands about the keys of the vault: status, encrypt, rotate, reencrypt, verify, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option
from pipeline.cli.output_file import OutputFile
from pipeline.cli.progress import shown_progress
from pipeline.errors import Exit


@click.group(cls=Group)
def keys() -> None:
    """Encrypt originals, and look after the keys that open them."""


@keys.command()
@workspace_option
@json_option
def status(workspace: Path, as_json: bool) -> None:
    """Show whether originals are encrypted, under which key, and how many keys are in no copy."""
    from pipeline.workflow.vault_keys import key_status

    emit(key_status(open_workspace(workspace), now=now()), as_json)


@keys.command()
@workspace_option
@json_option
@click.pass_context
def encrypt(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Encrypt what an earlier version stored in plain. Stop it and run it again at any time."""
    from pipeline.workflow.vault_keys import encrypt_vault

    with shown_progress(quiet=as_json) as progress:
        done = encrypt_vault(open_workspace(workspace), progress=partial(progress, "encrypt"))
    emit(done, as_json)
    ctx.exit(Exit.DAMAGED if done.damaged else Exit.DONE)


@keys.command()
@workspace_option
@json_option
def rotate(workspace: Path, as_json: bool) -> None:
    """Wrap every data key under a new key-encryption key. Stop it and run it again at any time."""
    from pipeline.workflow.vault_keys import rotate_keys

    emit(rotate_keys(open_workspace(workspace)), as_json)


@keys.command()
@workspace_option
@json_option
@click.pass_context
def reencrypt(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Encrypt everything again under new data keys, after a key was stolen; stop and run it again at any time."""
    from pipeline.workflow.reencrypt import reencrypt as encrypt_again

    with shown_progress(quiet=as_json) as progress:
        done = encrypt_again(open_workspace(workspace), progress=partial(progress, "reencrypt"))
    emit(done, as_json)
    ctx.exit(Exit.DAMAGED if done.damaged else Exit.DONE)


@keys.command()
@workspace_option
@click.option("--at-most", type=click.IntRange(min=1), help="Check only so many originals, on from the last time.")
@json_option
@click.pass_context
def verify(ctx: click.Context, workspace: Path, at_most: int | None, as_json: bool) -> None:
    """Check that each encrypted original and session record has its key; exit code 8 if one is missing."""
    from pipeline.workflow.vault_keys import verify_keys

    checked = verify_keys(open_workspace(workspace), at_most=at_most)
    emit(checked, as_json)
    ctx.exit(Exit.DAMAGED if checked.unopened or checked.unopened_records else Exit.DONE)


@keys.command()
@click.argument("file", type=OutputFile())
@click.option("--recipient", "recipients", multiple=True, help="An age public key; the default is backup.recipients.")
@workspace_option
@json_option
def export(file: Path, recipients: tuple[str, ...], workspace: Path, as_json: bool) -> None:
    """Write the workspace's keys to FILE, encrypted with age, for `restore --keys`; store FILE elsewhere."""
    from pipeline.workflow.backup import export_keys

    emit(export_keys(open_workspace(workspace), file, recipients=recipients, now=now()), as_json)
