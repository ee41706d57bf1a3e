"""Commands for where originals lie: move them into object storage, or back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, open_workspace, workspace_option
from pipeline.cli.progress import shown_progress
from pipeline.errors import Exit


@click.group(cls=Group)
def storage() -> None:
    """Keep encrypted originals in a bucket, or in the workspace."""


@storage.command("copy")
@click.argument("target", type=click.Choice(["bucket", "folder"]))
@workspace_option
@json_option
@click.pass_context
def copy(ctx: click.Context, target: str, workspace: Path, as_json: bool) -> None:
    """Move every encrypted original to TARGET: copied, read back, then removed from where it was.

    The bucket is storage.originals. Stop it and run it again at any time.
    """
    from pipeline.workflow.storage_copy import copy_storage

    with shown_progress(quiet=as_json) as progress:
        done = copy_storage(open_workspace(workspace), target, progress=partial(progress, "copy"))
    emit(done, as_json)
    ctx.exit(Exit.DAMAGED if done.damaged else Exit.DONE)
