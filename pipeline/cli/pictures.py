"""Commands about the picture of a session: its text, its covers, a frame, and its approval for the public."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import (
    account_as_actor,
    decider_option,
    emit,
    json_option,
    now,
    open_workspace,
    renamed_flag,
    workspace_option,
    written,
)
from pipeline.cli.output_file import OutputFile
from pipeline.lexicon.counted import counted

_reason = click.option("--reason", required=True, help="Why.")


@click.command()
@click.argument("session")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the texts; the ledger records it.")
@json_option
def picture(session: str, workspace: Path, reveal: bool, as_json: bool) -> None:
    """Show the text that was read in the picture of SESSION, its covers, and its approval."""
    from pipeline.workflow.picture_actions import show_picture

    actor = account_as_actor() if reveal else None
    emit(show_picture(open_workspace(workspace), session, now=now(), reveal_to=actor), as_json)


@click.command()
@click.argument("session")
@workspace_option
@click.option("--from", "start_s", type=float, required=True, help="Where the cover begins, in seconds.")
@click.option("--to", "end_s", type=float, required=True, help="Where the cover ends, in seconds.")
@click.option("--box", help="left,top,right,bottom as shares from 0 to 1; without it, the whole picture.")
@decider_option
@_reason
def cover(
    session: str, workspace: Path, start_s: float, end_s: float, box: str | None, actor: str, reason: str
) -> None:
    """Cover a part of the picture of SESSION with one colour."""
    from pipeline.workflow.picture_actions import cover_picture

    span = {"start_s": start_s, "end_s": end_s}
    cover_id = cover_picture(open_workspace(workspace), session, **span, box=box, actor=actor, reason=reason)
    click.echo(f"{cover_id} is added; the next run applies it")


@click.command()
@click.argument("session")
@click.argument("cover_id", metavar="COVER")
@workspace_option
@decider_option
@_reason
def uncover(session: str, cover_id: str, workspace: Path, actor: str, reason: str) -> None:
    """Remove COVER, which a person added to the picture of SESSION."""
    from pipeline.workflow.picture_actions import uncover_picture

    uncover_picture(open_workspace(workspace), session, cover_id, actor=actor, reason=reason)
    click.echo(f"{cover_id} is removed; the next run applies it")


@click.command("approve-picture")
@click.argument("session")
@workspace_option
@decider_option
@_reason
def approve_picture(session: str, workspace: Path, actor: str, reason: str) -> None:
    """Approve the picture of SESSION for the public, with exactly its present covers."""
    from pipeline.workflow.picture_actions import approve_picture as approve

    approve(open_workspace(workspace), session, actor=actor, reason=reason)
    click.echo("approved; the next run applies it, and any change to its covers voids it")


@click.command()
@click.argument("session")
@workspace_option
@click.option("--at", "at_s", type=float, required=True, help="The time of the frame, in seconds.")
@click.option("--out", type=OutputFile(), required=True, help="The PNG file to write.")
@click.option("--outline", is_flag=True, help="Draw only the edges of the covers; the ledger records it.")
@renamed_flag("--under", "--outline")
@json_option
def frame(session: str, workspace: Path, at_s: float, out: Path, outline: bool, as_json: bool) -> None:
    """Write one frame of the picture of SESSION as a PNG file, with its covers drawn."""
    from pipeline.workflow.frame_preview import write_frame

    opened, actor = open_workspace(workspace), account_as_actor()
    preview = write_frame(opened, session, at_s, out, actor=actor, now=now(), outline=outline)
    until = "its end" if preview.to_s is None else f"{preview.to_s:.2f} s"
    line = f"{written(out)}: shown from {preview.from_s:.2f} s to {until}, {counted(preview.covers, 'cover')}"
    emit(preview if as_json else line, as_json)
