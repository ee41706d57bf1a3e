"""Commands about how long things are kept: due, receipts, and legal holds."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option


@click.group(cls=Group)
def retention() -> None:
    """Show what retention removes, and place legal holds."""


_by = click.option("--by", "actor", required=True, help="Who enters this.")
_reason = click.option("--reason", required=True, help="Why, in a sentence.")


@retention.command()
@workspace_option
@json_option
def due(workspace: Path, as_json: bool) -> None:
    """List what the next run removes, and what only a legal hold keeps; nothing is changed."""
    from pipeline.workflow import retention as use_case

    emit(use_case.due(open_workspace(workspace), now=now()), as_json)


@retention.command()
@click.argument("subject", required=False, default="")
@workspace_option
@json_option
def receipts(subject: str, workspace: Path, as_json: bool) -> None:
    """List what retention removed, of all or of SUBJECT (a session or party id): how much, when, after what time."""
    from pipeline.workflow import retention as use_case

    emit(use_case.receipts(open_workspace(workspace), subject), as_json)


@retention.command()
@workspace_option
@json_option
def holds(workspace: Path, as_json: bool) -> None:
    """List the legal holds that are in force."""
    from pipeline.workflow import retention as use_case

    emit(use_case.list_holds(open_workspace(workspace)), as_json)


@retention.command()
@click.argument("who")
@_by
@_reason
@workspace_option
@json_option
def hold(who: str, actor: str, reason: str, workspace: Path, as_json: bool) -> None:
    """Place a legal hold on WHO (a session's id, an address or a party id): retention removes nothing of it."""
    from pipeline.workflow import retention as use_case

    emit(use_case.place_hold(who, actor=actor, reason=reason, workspace=open_workspace(workspace), now=now()), as_json)


@retention.command()
@click.argument("hold_id")
@_by
@_reason
@workspace_option
@json_option
def lift(hold_id: str, actor: str, reason: str, workspace: Path, as_json: bool) -> None:
    """Lift the legal hold HOLD_ID; the next run removes what only it kept."""
    from pipeline.workflow import retention as use_case

    emit(
        use_case.lift_hold(hold_id, actor=actor, reason=reason, workspace=open_workspace(workspace), now=now()), as_json
    )
