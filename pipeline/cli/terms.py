"""Commands about the term lists: list, check."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.errors import Exit
from pipeline.store import Workspace


@click.group()
def terms() -> None:
    """Look at the lists of confidential terms, and at what they forbid of what is out."""


@terms.command("list")
@workspace_option
@click.option("--reveal", is_flag=True, help="Show the terms themselves.")
@json_option
def list_(workspace: Path, reveal: bool, as_json: bool) -> None:
    """List every entry: where it stands, whose it is, until when it holds."""
    from pipeline.workflow.audit_terms import entries

    emit(entries(Workspace.open(workspace), on=now().date(), reveal=reveal), as_json)


@terms.command()
@click.argument("session", required=False)
@workspace_option
@json_option
@click.pass_context
def check(ctx: click.Context, session: str | None, workspace: Path, as_json: bool) -> None:
    """Say what is out and would break the lists as they are now, of SESSION or of all; changes nothing of it."""
    from pipeline.workflow.audit_terms import check as check_lists

    found = check_lists(Workspace.open(workspace), session, now=now())
    emit(found if found or as_json else "nothing that is out breaks a list", as_json)
    ctx.exit(Exit.SOME_STOPPED if found else Exit.DONE)
