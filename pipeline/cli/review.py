"""Commands for reviewers: list, show, go, decide, sign-off."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.cli import picture
from pipeline.cli.common import decider_option, emit, json_option, now, workspace_option
from pipeline.records import Audience
from pipeline.store import Workspace


@click.group()
def review() -> None:
    """Look at what was proposed, decide, sign off."""


for _command in (picture.picture, picture.cover, picture.uncover, picture.still, picture.approve_picture):
    review.add_command(_command)


@review.command("list")
@workspace_option
@click.option("--undecided", is_flag=True, help="Only sessions in which something is left to decide.")
@json_option
def list_(workspace: Path, undecided: bool, as_json: bool) -> None:
    """List the sessions with proposals, the riskiest first."""
    from pipeline.review.queue import queue

    lines = [one for one in queue(Workspace.open(workspace)) if one.undecided or not undecided]
    emit(lines, as_json)
    if lines and not as_json:
        left = sum(one.undecided for one in lines)
        click.echo(f"\n{left} proposals are undecided in {sum(one.undecided > 0 for one in lines)} sessions")


@review.command()
@click.argument("session")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the texts themselves; this is noted in the ledger.")
@click.option("--undecided", is_flag=True, help="Only those that nobody decided yet.")
@click.option("--below", type=float, default=2.0, help="Only those with a score below this.")
@json_option
def show(session: str, workspace: Path, reveal: bool, undecided: bool, below: float, as_json: bool) -> None:
    """Show the proposals of SESSION, their texts masked."""
    from pipeline.review import decision_log
    from pipeline.review import queue as queue_of

    opened = Workspace.open(workspace)
    lines = queue_of.show(opened, session, reveal=reveal, undecided=undecided, below=below)
    if reveal:
        decision_log.note_reveal(opened.db, session, actor=getpass.getuser())
    emit(lines, as_json)


@review.command()
@click.argument("session", required=False)
@workspace_option
@decider_option
@click.option("--reason", default="looked at one by one", show_default=True, help="Why what is taken out is.")
def go(session: str | None, workspace: Path, actor: str, reason: str) -> None:
    """Go through what is undecided, in SESSION or in all, the riskiest first: one key for each."""
    from pipeline.cli.walk import walk

    walk(Workspace.open(workspace), session, actor=actor, reason=reason)


@review.command()
@click.argument("session")
@click.argument("proposals", metavar="[PROPOSAL]...", nargs=-1)
@workspace_option
@click.option("--redact", "said", flag_value="redact", help="Take it out.")
@click.option("--keep", "said", flag_value="keep", help="Leave it in.")
@click.option("--undo", "said", flag_value="open", help="Take back what was decided.")
@click.option("--all-undecided", is_flag=True, help="Every proposal that nobody decided yet; only with --redact.")
@click.option("--everywhere", is_flag=True, help="The same names in all other sessions too; only with --redact.")
@decider_option
@click.option("--reason", required=True, help="Why.")
def decide(
    session: str,
    proposals: tuple[str, ...],
    workspace: Path,
    said: str | None,
    all_undecided: bool,
    everywhere: bool,
    actor: str,
    reason: str,
) -> None:
    """Decide each PROPOSAL of SESSION, by its id or its label as "[person 2]"."""
    from pipeline.review import decision_log
    from pipeline.review import queue as queue_of
    from pipeline.review.mishearings import learn

    opened, verdict = Workspace.open(workspace), queue_of.verdict_of(said)
    ids = queue_of.chosen(opened, session, proposals, all_undecided=all_undecided, verdict=verdict)
    also = queue_of.alike(opened, session, ids, verdict=verdict) if everywhere else {}
    for one, theirs in {session: ids, **also}.items():
        decision_log.decide(opened.db, one, theirs, verdict=verdict, actor=actor, reason=reason)
    if not all_undecided:
        learn(opened, queue_of.proposals_of(opened, session), ids, verdict)
    elsewhere = f", and {sum(map(len, also.values()))} in {len(also)} other sessions" if everywhere else ""
    click.echo(f"decided {len(ids)}{elsewhere}; `offrecord run` applies it")


@review.command("sign-off")
@click.argument("session")
@workspace_option
@decider_option
@click.option("--audience", type=click.Choice(["public"]), default="public", help="What the review is finished for.")
def sign_off(session: str, workspace: Path, actor: str, audience: str) -> None:
    """Say that the review of SESSION is finished; a later finding or decision voids it."""
    from pipeline.review import decision_log
    from pipeline.review.queue import proposals_of

    opened = Workspace.open(workspace)
    decision_log.sign(opened.db, session, proposals_of(opened, session), audience=Audience(audience), actor=actor)
    click.echo(f"signed off; `offrecord release {session}` lets it out")


@review.command("approve-weaker")
@click.argument("session")
@workspace_option
@click.option("--audience", type=click.Choice([one.value for one in Audience]), required=True, help="Which rendition.")
@decider_option
@click.option("--reason", required=True, help="Why.")
def approve_weaker(session: str, workspace: Path, audience: str, actor: str, reason: str) -> None:
    """Approve that a rendition of SESSION shows what an earlier one hides, exactly as its report line says."""
    from pipeline.letting_out import Wish, approve

    opened, wish = Workspace.open(workspace), Wish(actor=actor, reason=reason)
    shown = approve(opened, session, Audience(audience), wish=wish, now=now())
    click.echo(f"approved: {shown}; the next run applies it")
