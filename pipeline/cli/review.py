"""Commands for reviewers: list, show, decide, sign-off."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.cli import picture
from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.records import Audience
from pipeline.store import Workspace

_actor = click.option("--by", "actor", required=True, help="Who decides.")


@click.group()
def review() -> None:
    """Look at what was proposed, decide, sign off."""


for _command in (picture.picture, picture.cover, picture.uncover, picture.approve_picture):
    review.add_command(_command)


@review.command("list")
@workspace_option
@json_option
def list_(workspace: Path, as_json: bool) -> None:
    """List the sessions with proposals, the riskiest first."""
    from pipeline.review.queue import queue

    emit(queue(Workspace.open(workspace)), as_json)


@review.command()
@click.argument("session")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the texts themselves; this is noted in the ledger.")
@json_option
def show(session: str, workspace: Path, reveal: bool, as_json: bool) -> None:
    """Show the proposals of SESSION, their texts masked."""
    from pipeline.review import acts
    from pipeline.review import queue as queue_of

    opened = Workspace.open(workspace)
    lines = queue_of.show(opened, session, reveal=reveal)
    if reveal:
        acts.note_reveal(opened.db, session, actor=getpass.getuser())
    emit(lines, as_json)


@review.command()
@click.argument("session")
@click.argument("proposal", required=False)
@workspace_option
@click.option("--redact", is_flag=True, help="Take it out.")
@click.option("--keep", is_flag=True, help="Leave it in.")
@click.option("--all-undecided", is_flag=True, help="Every proposal that nobody decided yet; only with --redact.")
@_actor
@click.option("--reason", required=True, help="Why.")
def decide(
    session: str,
    proposal: str | None,
    workspace: Path,
    redact: bool,
    keep: bool,
    all_undecided: bool,
    actor: str,
    reason: str,
) -> None:
    """Decide PROPOSAL of SESSION."""
    from pipeline.review import acts
    from pipeline.review import queue as queue_of
    from pipeline.review.learn import learn

    opened, verdict = Workspace.open(workspace), queue_of.verdict_of(redact=redact, keep=keep)
    ids = queue_of.chosen(opened, session, proposal, all_undecided=all_undecided, verdict=verdict)
    acts.decide(opened.db, session, ids, verdict=verdict, actor=actor, reason=reason)
    if not all_undecided:
        learn(opened, queue_of.proposals_of(opened, session), ids, verdict)
    click.echo(f"decided {len(ids)}; `offrecord run` applies it")


@review.command("sign-off")
@click.argument("session")
@workspace_option
@_actor
@click.option("--audience", type=click.Choice(["public"]), default="public", help="What the review is finished for.")
def sign_off(session: str, workspace: Path, actor: str, audience: str) -> None:
    """Say that the review of SESSION is finished; a later finding or decision voids it."""
    from pipeline.review import acts
    from pipeline.review.queue import proposals_of

    opened = Workspace.open(workspace)
    acts.sign(opened.db, session, proposals_of(opened, session), audience=Audience(audience), actor=actor)
    click.echo(f"signed off; `offrecord release {session}` lets it out")


@review.command("approve-weaker")
@click.argument("session")
@workspace_option
@click.option("--audience", type=click.Choice([one.value for one in Audience]), required=True, help="Which rendition.")
@_actor
@click.option("--reason", required=True, help="Why.")
def approve_weaker(session: str, workspace: Path, audience: str, actor: str, reason: str) -> None:
    """Approve that a rendition of SESSION shows what an earlier one hides, exactly as its report line says."""
    from pipeline.letting_out import Wish, approve

    opened, wish = Workspace.open(workspace), Wish(actor=actor, reason=reason)
    shown = approve(opened, session, Audience(audience), wish=wish, now=now())
    click.echo(f"approved: {shown}; the next run applies it")
