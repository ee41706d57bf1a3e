"""Commands for reviewers: list, show, listen, interactive, decide, holds, lift, sign-off, approve-exposure."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import pictures, speakers, voices
from pipeline.cli.common import (
    Group,
    account_as_actor,
    account_of_process,
    decider_option,
    emit,
    json_option,
    now,
    open_workspace,
    renamed_flag,
    workspace_option,
    written,
)
from pipeline.cli.output_file import OutputFolder
from pipeline.errors import UsageProblem
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import Audience, Verdict


@click.group(cls=Group, renamed={"go": "interactive", "approve-weaker": "approve-exposure", "still": "frame"})
def review() -> None:
    """Review proposals: show them, decide, sign off."""


for _command in (
    *(pictures.picture, pictures.cover, pictures.uncover, pictures.frame, pictures.approve_picture),
    *(speakers.speakers, speakers.assign, voices.voices, voices.name_voice),
):
    review.add_command(_command)


@review.command("list")
@workspace_option
@click.option("--undecided", is_flag=True, help="Only sessions with undecided proposals.")
@json_option
def list_(workspace: Path, undecided: bool, as_json: bool) -> None:
    """List the sessions with proposals, the riskiest first."""
    from pipeline.workflow.review_actions import list_sessions

    lines = list_sessions(open_workspace(workspace), now=now(), only_undecided=undecided)
    emit(lines, as_json)
    if lines and not as_json:
        left, sessions = sum(line.undecided for line in lines), sum(line.undecided > 0 for line in lines)
        click.echo(f"\n{counted(left, 'proposal')} {is_or_are(left)} undecided in {counted(sessions, 'session')}")


@review.command()
@click.argument("session")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the texts; the ledger records it.")
@click.option("--undecided", is_flag=True, help="Only undecided proposals.")
@click.option("--below", type=float, default=2.0, help="Only proposals with a score below this.")
@json_option
def show(session: str, workspace: Path, reveal: bool, undecided: bool, below: float, as_json: bool) -> None:
    """Show the proposals of SESSION, their texts masked."""
    from pipeline.workflow.review_actions import show_proposals

    opened, actor = open_workspace(workspace), account_as_actor() if reveal else None
    emit(show_proposals(opened, session, reveal_to=actor, only_undecided=undecided, below=below, now=now()), as_json)


@review.command()
@click.argument("session")
@workspace_option
@click.option("--out", type=OutputFolder(), required=True, help="The new folder for the clips.")
@json_option
def listen(session: str, workspace: Path, out: Path, as_json: bool) -> None:
    """Write a clip of each place where the proof of SESSION heard a name again; the ledger records it."""
    from pipeline.workflow.listen_again import write_clips

    emit(write_clips(open_workspace(workspace), session, out, actor=account_as_actor(), now=now()), as_json)
    if not as_json:
        click.echo(written(out))


@review.command()
@click.argument("session", required=False)
@workspace_option
@decider_option
@click.option("--reason", default="reviewed one by one", show_default=True, help="Reason recorded for redactions.")
def interactive(session: str | None, workspace: Path, actor: str, reason: str) -> None:
    """Review undecided proposals one by one, of SESSION or of all sessions, the riskiest first: one key for each."""
    from pipeline.cli.interactive import review_interactively

    review_interactively(open_workspace(workspace), session, actor=actor, reason=reason)


@review.command()
@click.argument("session")
@click.argument("proposals", metavar="[PROPOSAL]...", nargs=-1)
@workspace_option
@click.option("--redact", "verdict", flag_value="redact", help="Redact the proposals.")
@click.option("--keep", "verdict", flag_value="keep", help="Keep the proposals.")
@click.option("--undo", "verdict", flag_value="open", help="Undo an earlier decision.")
@click.option(
    "--flag", "verdict", flag_value="flag", help="Leave the proposals to a lead; until then they are redacted."
)
@click.option("--all-undecided", is_flag=True, help="Decide every undecided proposal; only with --redact.")
@click.option(
    "--all-sessions", is_flag=True, help="Decide the same entities in all other sessions too; only with --redact."
)
@renamed_flag("--everywhere", "--all-sessions")
@decider_option
@click.option("--reason", required=True, help="Why.")
def decide(
    session: str,
    proposals: tuple[str, ...],
    workspace: Path,
    verdict: str | None,
    all_undecided: bool,
    all_sessions: bool,
    actor: str,
    reason: str,
) -> None:
    """Decide each PROPOSAL of SESSION, by its id or its label as "[person 2]"."""
    from pipeline.workflow.review_actions import decide as decide_proposals
    from pipeline.workflow.review_actions import is_lead_account

    if verdict is None:
        raise UsageProblem("no decision is given", action="give --redact, --keep, --flag or --undo")
    opened, options = open_workspace(workspace), {"all_undecided": all_undecided, "all_sessions": all_sessions}
    options["is_lead"] = is_lead_account(opened, account_of_process())
    count = decide_proposals(
        opened, session, proposals, Verdict(verdict), actor=actor, reason=reason, now=now(), **options
    )
    elsewhere = (
        f", and {count.decided_elsewhere} in {counted(count.other_sessions, 'other session')}" if all_sessions else ""
    )
    left = f", left {count.left_to_lead} to a lead as the second person" if count.left_to_lead else ""
    click.echo(f"decided {count.decided}{left}{elsewhere}; `offrecord run` applies it")


@review.command()
@click.argument("session")
@workspace_option
@json_option
def holds(session: str, workspace: Path, as_json: bool) -> None:
    """List the holds that stop SESSION until a person has listened, and who lifted them."""
    from pipeline.workflow.review_holds import list_holds

    emit(list_holds(open_workspace(workspace), session), as_json)


@review.command()
@click.argument("session")
@click.argument("holds", metavar="HOLD...", nargs=-1, required=True)
@workspace_option
@decider_option
@click.option("--reason", required=True, help="Why: what was heard there.")
@click.option("--undo", is_flag=True, help="Undo an earlier decision.")
def lift(session: str, holds: tuple[str, ...], workspace: Path, actor: str, reason: str, undo: bool) -> None:
    """Lift each HOLD of SESSION, after listening."""
    from pipeline.workflow.review_holds import lift_holds

    left = lift_holds(open_workspace(workspace), session, holds, actor=actor, reason=reason, undo=undo)
    click.echo(f"stored; {counted(left, 'hold')} {is_or_are(left)} left; `offrecord run` applies it")


@review.command()
@workspace_option
@click.option("--rules", is_flag=True, help="Show how often people keep what each detection rule found.")
@json_option
def quality(workspace: Path, rules: bool, as_json: bool) -> None:
    """Show each reviewer's figures: misses in blind checks, decisions a minute, reveals."""
    from pipeline.workflow.reviewer_quality import reviewer_quality
    from pipeline.workflow.rule_quality import rule_quality

    opened = open_workspace(workspace)
    emit(rule_quality(opened) if rules else reviewer_quality(opened), as_json)


@review.command("sign-off")
@click.argument("session")
@workspace_option
@decider_option
@click.option(
    "--audience", type=click.Choice(["public"]), default="public", help="The audience that the review is finished for."
)
def sign_off(session: str, workspace: Path, actor: str, audience: str) -> None:
    """Sign off the review of SESSION as finished; a later finding or decision voids it."""
    from pipeline.workflow.review_actions import sign_off as sign_off_review

    sign_off_review(open_workspace(workspace), session, audience=Audience(audience), actor=actor)
    click.echo(f"signed off; `offrecord release {session}` publishes it")


@review.command("approve-exposure")
@click.argument("session")
@workspace_option
@click.option(
    "--audience",
    type=click.Choice([each.value for each in Audience]),
    required=True,
    help="The audience of the rendition.",
)
@decider_option
@click.option("--reason", required=True, help="Why.")
def approve_exposure(session: str, workspace: Path, audience: str, actor: str, reason: str) -> None:
    """Approve that a rendition of SESSION shows what an earlier one hides, exactly as the report says."""
    from pipeline.workflow.exposure_approval import approve_exposure as approve

    opened = open_workspace(workspace)
    shown = approve(opened, session, Audience(audience), actor=actor, reason=reason, now=now())
    click.echo(f"approved: {shown}; the next run applies it")
