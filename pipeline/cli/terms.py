"""Commands about the term lists: list, check, confirm-removal; rules of one customer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.common import (
    Group,
    account_of_process,
    decider_option,
    emit,
    json_option,
    now,
    open_workspace,
    workspace_option,
)
from pipeline.errors import Exit


@click.group(cls=Group)
def terms() -> None:
    """List confidential terms, and check published renditions against them."""


@terms.command("list")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the terms themselves.")
@json_option
def list_(workspace: Path, reveal: bool, as_json: bool) -> None:
    """List every entry: its place, its owner, and when it expires."""
    from pipeline.workflow.audit_terms import list_terms

    emit(list_terms(open_workspace(workspace), on=now().date(), reveal=reveal), as_json)


@terms.command("confirm-removal")
@click.argument("name", metavar="LIST")
@decider_option
@workspace_option
def confirm_removal(name: str, actor: str, workspace: Path) -> None:
    """Confirm that LIST, which a run misses in terms/, is to be gone; what it forbade may then come back."""
    from pipeline.workflow.term_lists import confirm_removal as confirm

    confirm(open_workspace(workspace), name, actor=actor, now=now())
    click.echo("stored; the next `offrecord run` goes on without it")


@terms.command("suggest-rules")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show customers and texts; the ledger records it.")
@json_option
def suggest_rules(workspace: Path, reveal: bool, as_json: bool) -> None:
    """List the rules for one customer that past decisions suggest; only review.leads may reveal them."""
    from pipeline.workflow.customer_rules import require_lead
    from pipeline.workflow.customer_rules import suggest_rules as suggest

    opened, account = open_workspace(workspace), account_of_process()
    if reveal:
        require_lead(opened, account)
    emit(suggest(opened, reveal_to=account if reveal else None), as_json)


@terms.command("make-rule")
@click.argument("suggestion")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day of the rule.")
@decider_option
@click.option("--reason", required=True, help="Why.")
@workspace_option
def make_rule(suggestion: str, until: datetime, actor: str, reason: str, workspace: Path) -> None:
    """Make SUGGESTION an entry of its customer's list until a day; only for review.leads."""
    from pipeline.workflow.customer_rules import make_rule as make
    from pipeline.workflow.customer_rules import require_lead

    opened = open_workspace(workspace)
    require_lead(opened, account_of_process())
    kind = make(opened, suggestion, until=until.date(), actor=actor, reason=reason, now=now())
    click.echo(f"stored: {kind}, until {until:%Y-%m-%d}; `offrecord run` applies it, `offrecord terms list` shows it")


@terms.command()
@click.argument("session", required=False)
@workspace_option
@json_option
@click.pass_context
def check(ctx: click.Context, session: str | None, workspace: Path, as_json: bool) -> None:
    """List the places in renditions of SESSION, or of all sessions, that the lists forbid; changes nothing."""
    from pipeline.workflow.audit_terms import audit_terms

    exposures = audit_terms(open_workspace(workspace), session, now=now())
    emit(exposures if exposures or as_json else "no published rendition breaks a list", as_json)
    ctx.exit(Exit.SOME_STOPPED if exposures else Exit.DONE)
