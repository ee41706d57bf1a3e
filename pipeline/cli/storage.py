"""Commands for where encrypted files lie: move them into object storage, or back, and restore what is published."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option
from pipeline.cli.progress import shown_progress
from pipeline.errors import Exit


@click.group(cls=Group)
def storage() -> None:
    """Keep encrypted originals, stage results and copies of renditions in a bucket, or in the workspace."""


@storage.command("copy")
@click.argument("target", type=click.Choice(["bucket", "folder"]))
@workspace_option
@json_option
@click.pass_context
def copy(ctx: click.Context, target: str, workspace: Path, as_json: bool) -> None:
    """Move every encrypted file to TARGET: copied, read back, then removed from where it was.

    Moves what storage.originals, storage.stage_results and storage.renditions name a place for. Stop it and run it
    again at any time.
    """
    from pipeline.workflow.storage_copy import copy_storage

    with shown_progress(quiet=as_json) as progress:
        done = copy_storage(open_workspace(workspace), target, now=now(), progress=progress)
    emit(done, as_json)
    ctx.exit(Exit.DAMAGED if done.damaged else Exit.SOME_STOPPED if done.refused else Exit.DONE)


@storage.command("restore-renditions")
@workspace_option
@json_option
@click.pass_context
def restore_renditions(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Restore what is published and missing from out/ from its copies in object storage.

    Each is checked against its proof, and restored only where consent, objections, retention and the term lists would
    let it stay. Writes the exports again. Stop it and run it again at any time.
    """
    from pipeline.workflow.restore_renditions import restore_renditions as restore

    with shown_progress(quiet=as_json) as progress:
        done = restore(open_workspace(workspace), now=now(), progress=partial(progress, "restore"))
    emit(done, as_json)
    is_partial = bool(done.refused or done.without_copy)
    ctx.exit(Exit.DAMAGED if done.damaged else Exit.SOME_STOPPED if is_partial else Exit.DONE)
