"""Commands about the picture of a session: what was read in it, covers, and its approval for the public."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.cli.common import decider_option, emit, json_option, workspace_option
from pipeline.store import Workspace

_reason = click.option("--reason", required=True, help="Why.")


@click.command()
@click.argument("session")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the texts themselves; this is noted in the ledger.")
@json_option
def picture(session: str, workspace: Path, reveal: bool, as_json: bool) -> None:
    """Show what was read in the picture of SESSION, its covers, and whether it is approved."""
    from pipeline.review import decision_log
    from pipeline.review.picture import queue

    opened = Workspace.open(workspace)
    lines = queue.show(opened, session, reveal=reveal)
    if reveal:
        decision_log.note_reveal(opened.db, session, actor=getpass.getuser())
    emit(lines, as_json)


@click.command()
@click.argument("session")
@workspace_option
@click.option("--from", "start_s", type=float, required=True, help="Where it begins, in seconds.")
@click.option("--to", "end_s", type=float, required=True, help="Where it ends, in seconds.")
@click.option("--box", help="left,top,right,bottom as shares from 0 to 1; without it all of the picture.")
@decider_option
@_reason
def cover(
    session: str, workspace: Path, start_s: float, end_s: float, box: str | None, actor: str, reason: str
) -> None:
    """Cover a part of the picture of SESSION with one colour."""
    from pipeline.records import RedactionBox
    from pipeline.review.picture import decisions, queue

    opened = Workspace.open(workspace)
    wanted = RedactionBox(start_s=start_s, end_s=end_s, region=queue.region_of(box), reason=reason)
    found = queue.session_of(opened, session)
    click.echo(f"{decisions.cover(opened.db, found, wanted, actor=actor)} is covered; the next run applies it")


@click.command()
@click.argument("session")
@click.argument("cover_id", metavar="COVER")
@workspace_option
@decider_option
@_reason
def uncover(session: str, cover_id: str, workspace: Path, actor: str, reason: str) -> None:
    """Take back COVER, which a person laid over the picture of SESSION."""
    from pipeline.review.picture import decisions

    decisions.lift(Workspace.open(workspace).db, session, cover_id, actor=actor, reason=reason)
    click.echo(f"{cover_id} is taken back; the next run applies it")


@click.command("approve-picture")
@click.argument("session")
@workspace_option
@decider_option
@_reason
def approve_picture(session: str, workspace: Path, actor: str, reason: str) -> None:
    """Say that the picture of SESSION was looked at and may be public as it is covered now."""
    from pipeline.review.picture import decisions, queue
    from pipeline.review.queue import proposals_of

    opened = Workspace.open(workspace)
    found, proposals = queue.session_of(opened, session), proposals_of(opened, session)
    decisions.approve(opened.db, found, proposals, actor=actor, reason=reason)
    click.echo("approved; the next run applies it, and any change to its covers voids it")


@click.command()
@click.argument("session")
@workspace_option
@click.option("--at", "at_s", type=float, required=True, help="When, in seconds.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PNG file to write.")
@click.option("--under", is_flag=True, help="Draw the covers' edges alone; this is noted in the ledger.")
@json_option
def still(session: str, workspace: Path, at_s: float, out: Path, under: bool, as_json: bool) -> None:
    """Write one frame of the picture of SESSION as a PNG file, under the covers that it would have."""
    from pipeline import stills

    made = stills.still(Workspace.open(workspace), session, at_s, out, actor=getpass.getuser(), under=under)
    until = "its end" if made.to_s is None else f"{made.to_s:.2f} s"
    emit(made if as_json else f"written: shown from {made.from_s:.2f} s to {until}, {made.covers} covers", as_json)
