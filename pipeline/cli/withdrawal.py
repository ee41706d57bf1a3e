"""Commands about withdrawals, receipts and artefacts, and for holds that people resolve."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli.common import (
    decider_option,
    emit,
    hand_out,
    json_option,
    now,
    open_workspace,
    output_option,
    workspace_option,
)
from pipeline.errors import Exit, UsageProblem
from pipeline.records import Purpose

_PURPOSES = [purpose.value for purpose in Purpose]


@click.command()
@click.option("--email", required=True, help="The address of the person who withdraws.")
@click.option("--purpose", "purposes", type=click.Choice(_PURPOSES), multiple=True, help="A purpose; may be repeated.")
@click.option("--everything", is_flag=True, help="Every purpose.")
@click.option("--session", "session_id", help="Only for this session.")
@click.option("--erase", is_flag=True, help="With --everything: the next run erases all their data.")
@click.option(
    "--whole-recordings", "whole", is_flag=True, help="Erase mixed recordings at once, instead of after a hold."
)
@click.option("--party", "party_id", help="The id of the party, when several have that address.")
@click.option("--by", "actor", required=True, help="Who enters this.")
@click.option("--reason", required=True, help="How it reached you, in a few words.")
@workspace_option
@json_option
def withdraw(
    workspace: Path,
    as_json: bool,
    purposes: tuple[str, ...],
    everything: bool,
    erase: bool,
    whole: bool,
    party_id: str | None,
    email: str,
    session_id: str | None,
    actor: str,
    reason: str,
) -> None:
    """File a withdrawal: renditions with that person are withdrawn at once, and none is made with them again."""
    from pipeline.consent.staff.withdraw import Erasure
    from pipeline.workflow.consent_actions import withdraw_consent

    if everything == bool(purposes) or (erase and not everything) or (whole and not erase):
        raise UsageProblem("what is withdrawn is not stated", action="give either --purpose or --everything [--erase]")
    withdrawn = withdraw_consent(
        email,
        purposes=[Purpose(purpose) for purpose in (purposes or Purpose)],
        session_id=session_id,
        erasure=Erasure(erase=erase, whole=whole, party_id=party_id),
        actor=actor,
        reason=reason,
        workspace=open_workspace(workspace),
        now=now(),
    )
    emit(withdrawn, as_json)


@click.command("verify-withdrawal")
@click.argument("who")
@workspace_option
@json_option
@click.pass_context
def verify_withdrawal(ctx: click.Context, who: str, workspace: Path, as_json: bool) -> None:
    """Search every store for leftovers of WHO: an address, a party id or a withdrawal's id."""
    from pipeline.workflow.consent_views import kept_after_withdrawal, left_after_withdrawal

    opened = open_workspace(workspace)
    leftovers = left_after_withdrawal(who, workspace=opened)
    emit(leftovers or ([] if as_json else "no leftovers"), as_json)
    for folder in () if as_json else kept_after_withdrawal(who, workspace=opened):
        click.echo(f"kept aside, as no erasure was asked for: {folder}; shown to nobody")
    ctx.exit(Exit.DAMAGED if leftovers else Exit.DONE)


@click.command()
@click.option("--email", required=True, help="The address of the person, or their party id.")
@click.option("--withdrawal", "withdrawals", is_flag=True, help="Write what was done for their withdrawals instead.")
@click.option("--id", "withdrawal_id", default="", help="With --withdrawal: only the withdrawal with this id.")
@output_option
@workspace_option
@json_option
def receipt(
    email: str, withdrawals: bool, withdrawal_id: str, output: Path | None, workspace: Path, as_json: bool
) -> None:
    """Write a person's data receipt (a page, JSON-LD, or text on a terminal), or that of their withdrawals."""
    from pipeline.workflow.consent_views import data_receipt, withdrawal_receipts

    opened = open_workspace(workspace)
    if withdrawals or withdrawal_id:
        text = withdrawal_receipts(email, withdrawal_id, as_json=as_json, workspace=opened)
    else:
        as_text = output is None and sys.stdout.isatty()
        text = data_receipt(email, as_json=as_json, as_text=as_text, workspace=opened, now=now())
    hand_out(text, output)


@click.command()
@click.option("--session", "session_id", help="List only the artefacts of this session.")
@workspace_option
@json_option
def artefacts(session_id: str | None, workspace: Path, as_json: bool) -> None:
    """List every artefact, the people it was made from, and its state."""
    from pipeline.workflow.consent_views import list_artefacts

    emit(list_artefacts(session_id, workspace=open_workspace(workspace)), as_json)


@click.command("record-copy")
@click.argument("artefact")
@click.option("--to", required=True, help="Where the copy is.")
@click.option("--by", required=True, help="Who enters this.")
@workspace_option
@json_option
def record_copy_(artefact: str, to: str, by: str, workspace: Path, as_json: bool) -> None:
    """Record that a copy of ARTEFACT left the workspace; receipts of withdrawals then name it."""
    from pipeline.workflow.consent_actions import record_copy

    emit(record_copy(artefact, to=to, actor=by, workspace=open_workspace(workspace), now=now()), as_json)


@click.command()
@click.argument("session")
@click.argument("participant")
@click.argument("purpose", type=click.Choice(_PURPOSES))
@click.option("--allow", "act", flag_value="allow", help="Allow the purpose.")
@click.option("--keep-out", "act", flag_value="keep_out", help="Exclude the participant.")
@click.option("--undo", "act", flag_value="undo", help="Undo an earlier decision.")
@decider_option
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--evidence", required=True, help="The evidence: a text, or the SHA-256 of a file.")
@workspace_option
@json_option
def resolve(
    session: str, participant: str, purpose: str, act: str | None, workspace: Path, as_json: bool, **grounds: str
) -> None:
    """Resolve a hold of PARTICIPANT for PURPOSE in SESSION; publication takes two people, and a no stays a no."""
    from pipeline.consent.log.manual_decisions import ManualAction
    from pipeline.workflow.consent_actions import resolve_hold

    if act is None:
        raise UsageProblem("no decision is given", action="give --allow, --keep-out or --undo")
    opened, at = open_workspace(workspace), now()
    emit(
        resolve_hold(session, participant, Purpose(purpose), ManualAction(act), **grounds, workspace=opened, now=at),
        as_json,
    )


@click.command("rebuild-journal")
@workspace_option
@json_option
def rebuild_journal_(workspace: Path, as_json: bool) -> None:
    """Rebuild a lost or damaged journal of refusals and withdrawals from the store."""
    from pipeline.workflow.consent_actions import rebuild_journal

    emit({"entries": rebuild_journal(open_workspace(workspace))}, as_json)


COMMANDS = (artefacts, rebuild_journal_, record_copy_, receipt, resolve, verify_withdrawal, withdraw)
