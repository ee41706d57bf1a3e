"""Commands about the term lists: list, check."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import Exit


@click.group()
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
