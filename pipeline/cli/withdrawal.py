"""Commands for when somebody takes their yes back, and for holds that people settle."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from pipeline import erasure
from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.cli.interchange import hand_out
from pipeline.consent.log.manual_decisions import Act
from pipeline.consent.log.replay import rebuild
from pipeline.consent.staff import withdrawal_receipt
from pipeline.consent.staff.resolve_hold import resolve as resolve_hold
from pipeline.consent.staff.withdraw import Erasure
from pipeline.consent.staff.withdraw import withdraw as file_withdrawal
from pipeline.errors import Exit, UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.registry import Registry

_PURPOSES = [purpose.value for purpose in Purpose]


@click.command()
@click.option("--email", required=True, help="The address of the person who withdraws.")
@click.option("--purpose", "purposes", type=click.Choice(_PURPOSES), multiple=True, help="A purpose; may be repeated.")
@click.option("--everything", is_flag=True, help="Every purpose.")
@click.option("--session", "session_id", help="Only for this session.")
@click.option("--erase", is_flag=True, help="With --everything: the next run erases what there is of them.")
@click.option("--whole-recordings", "whole", is_flag=True, help="Erase mixed recordings at once, not after a hold.")
@click.option("--party", "party_id", help="Who it is, where several people are known by the address.")
@click.option("--by", "actor", required=True, help="Who enters it.")
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
    """File a withdrawal: what is out with that person is taken back at once, and nothing new is made with them."""
    if everything == bool(purposes) or (erase and not everything) or (whole and not erase):
        raise UsageProblem("say what is withdrawn", action="give either --purpose or --everything [--erase]")
    asked, opened, at = Erasure(erase=erase, whole=whole, party_id=party_id), Workspace.open(workspace), now()
    filed = file_withdrawal(
        email,
        purposes=[Purpose(purpose) for purpose in (purposes or Purpose)],
        session_id=session_id,
        actor=actor,
        reason=reason,
        workspace=opened,
        now=at,
        erasure=asked,
        then=partial(erasure.quarantine, opened, now=at),
    )
    emit(filed, as_json)


@click.command("verify-withdrawal")
@click.argument("who")
@workspace_option
@json_option
@click.pass_context
def verify_withdrawal(ctx: click.Context, who: str, workspace: Path, as_json: bool) -> None:
    """Search every store for what is left of WHO: an address, a party id or a withdrawal's id."""
    opened = Workspace.open(workspace)
    hits = erasure.left_of(opened, withdrawal_receipt.known_as(who, workspace=opened))
    emit(hits or ([] if as_json else "nothing is left"), as_json)
    ctx.exit(Exit.DAMAGED if hits else Exit.DONE)


@click.command()
@click.option("--email", required=True, help="The address of the person, or their party id.")
@click.option("--withdrawal", "withdrawals", is_flag=True, help="What was done for their withdrawals.")
@click.option("--id", "withdrawal_id", default="", help="Only this withdrawal.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output."
)
@workspace_option
@json_option
def receipt(
    email: str, withdrawals: bool, withdrawal_id: str, output: Path | None, workspace: Path, as_json: bool
) -> None:
    """Say to a person what is on file of them, as a page or JSON-LD, or what was done for their withdrawal."""
    from pipeline.consent.interchange.receipt import receipt as of_record

    opened = Workspace.open(workspace)
    if withdrawals or withdrawal_id:
        found = withdrawal_receipt.of_person(email, withdrawal_id, workspace=opened)
        text = withdrawal_receipt.as_json(found) if as_json else withdrawal_receipt.as_lines(found)
    else:
        record = of_record(email, workspace=opened, now=now())
        text = record.as_json_ld() if as_json else record.as_page()
    hand_out(text, output)


@click.command()
@click.option("--session", "session_id", help="Only those of this session.")
@workspace_option
@json_option
def artefacts(session_id: str | None, workspace: Path, as_json: bool) -> None:
    """List what was made, from whom, and what became of it."""
    made = Workspace.open(workspace).artefacts.all()
    emit([one for one in made if session_id in (None, one.session_id)], as_json)


@click.command()
@click.argument("artefact")
@click.option("--to", required=True, help="Where the copy went.")
@click.option("--by", required=True, help="Who says so.")
@workspace_option
@json_option
def published(artefact: str, to: str, by: str, workspace: Path, as_json: bool) -> None:
    """Note that a copy of ARTEFACT left the workspace, so that a receipt can say what cannot be called back."""
    emit(Workspace.open(workspace).artefacts.copied(artefact, to=to, by=by, now=now()), as_json)


@click.command()
@click.argument("session")
@click.argument("participant")
@click.argument("purpose", type=click.Choice(_PURPOSES))
@click.option("--allow", "act", flag_value="allow", help="It may go on.")
@click.option("--keep-out", "act", flag_value="keep_out", help="It goes on without them.")
@click.option("--undo", "act", flag_value="undo", help="Take back what was decided.")
@click.option("--by", "actor", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--evidence", required=True, help="What it stands on: a text, or the SHA-256 of a file.")
@workspace_option
@json_option
def resolve(
    session: str, participant: str, purpose: str, act: str | None, workspace: Path, as_json: bool, **said: Any
) -> None:
    """Settle a hold of one PARTICIPANT for one PURPOSE in SESSION; publication takes two people. A no stays a no."""
    if act is None:
        raise UsageProblem("say what you decide", action="give --allow, --keep-out or --undo")
    opened = Workspace.open(workspace)
    found = Registry(opened.db).session(session)
    at, common = now(), {**said, "workspace": opened}
    close = partial(erasure.quarantine_session, opened, now=at)
    done = resolve_hold(found, participant, Purpose(purpose), Act(act), **common, now=at, then=close)
    emit(done, as_json)


@click.command("rebuild-journal")
@workspace_option
@json_option
def rebuild_journal(workspace: Path, as_json: bool) -> None:
    """Write the journal of refusals and withdrawals anew from the store, where it is lost or damaged."""
    emit({"entries": rebuild(Workspace.open(workspace))}, as_json)


COMMANDS = (artefacts, published, rebuild_journal, receipt, resolve, verify_withdrawal, withdraw)
