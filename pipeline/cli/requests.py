"""Commands about feature requests: list and show them, decide the unsure ones, merge, split and rename groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

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

F = TypeVar("F", bound=Callable[..., Any])
reason_option: Callable[[F], F] = click.option(
    "--reason", default="looked at one by one", show_default=True, help="Why."
)


@click.group(cls=Group)
def requests() -> None:
    """Review feature requests: list them, accept or reject the unsure ones, merge, split and rename groups."""


@requests.command("list")
@workspace_option
@click.option("--unsure", is_flag=True, help="Only unsure requests that nobody has decided yet.")
@json_option
def list_(workspace: Path, unsure: bool, as_json: bool) -> None:
    """List the groups of requests and discoveries, those with the most wordings first."""
    from pipeline.workflow.request_review import lines

    emit(lines(open_workspace(workspace), unsure=unsure, now=now()), as_json, json_only=("requests",))


@requests.command()
@click.argument("request", metavar="REQUEST|GROUP")
@workspace_option
@json_option
def show(request: str, workspace: Path, as_json: bool) -> None:
    """Show every wording of a group, with its score, why it was tagged, and why the wordings are grouped."""
    from pipeline.workflow.request_review import shown

    emit(shown(open_workspace(workspace), request, now=now()), as_json)


@requests.command()
@workspace_option
@decider_option
@reason_option
def review(workspace: Path, actor: str, reason: str) -> None:
    """Go through the unsure requests: one key accepts or rejects each."""
    from pipeline.cli.request_walk import walk

    walk(open_workspace(workspace), actor=actor, reason=reason, now=now())


@requests.command()
@click.argument("request")
@click.option("--accept", "verdict", flag_value="accept", help="The tag is right.")
@click.option("--reject", "verdict", flag_value="reject", help="The tag is wrong: every export leaves the request out.")
@click.option("--undo", "verdict", flag_value="reopen", help="Undo an earlier decision.")
@workspace_option
@decider_option
@reason_option
def decide(request: str, verdict: str | None, workspace: Path, actor: str, reason: str) -> None:
    """Accept or reject REQUEST."""
    from pipeline.workflow.request_review import decide as decide_request

    decide_request(open_workspace(workspace), request, verdict, actor=actor, reason=reason, now=now())
    click.echo(f"stored: {verdict} {request}; every export follows it from now on")


@requests.command()
@click.argument("request")
@click.argument("other")
@workspace_option
@decider_option
@reason_option
def merge(request: str, other: str, workspace: Path, actor: str, reason: str) -> None:
    """Merge the groups of REQUEST and OTHER, for good."""
    from pipeline.workflow import request_review

    request_review.merge(open_workspace(workspace), request, other, actor=actor, reason=reason, now=now())
    click.echo(f"stored: {request} and {other} are in one group, in every export from now on")


@requests.command()
@click.argument("request")
@click.argument("other")
@workspace_option
@decider_option
@reason_option
def split(request: str, other: str, workspace: Path, actor: str, reason: str) -> None:
    """Keep REQUEST and OTHER in different groups, for good."""
    from pipeline.workflow import request_review

    request_review.split(open_workspace(workspace), request, other, actor=actor, reason=reason, now=now())
    click.echo(f"stored: {request} and {other} are in different groups, in every export from now on")


@requests.command()
@click.argument("request", metavar="REQUEST|GROUP")
@click.argument("title")
@workspace_option
@decider_option
@reason_option
def rename(request: str, title: str, workspace: Path, actor: str, reason: str) -> None:
    """Give the group of REQUEST a title."""
    from pipeline.workflow import request_review

    request_review.rename(open_workspace(workspace), request, title, actor=actor, reason=reason, now=now())
    click.echo(f"stored: the group of {request} has that title in every export from now on")


@requests.command()
@click.argument("alias", metavar="ALIAS|REQUEST")
@workspace_option
@decider_option
@click.option("--reason", required=True, help="Why the customer must be known; the ledger records it.")
@json_option
def resolve(alias: str, workspace: Path, actor: str, reason: str, as_json: bool) -> None:
    """Show which customer an alias means, or who asked for REQUEST and where; only for review.resolvers."""
    from pipeline.workflow.request_review import resolve as resolve_alias

    opened, account = open_workspace(workspace), account_of_process()
    emit(resolve_alias(opened, alias, account=account, actor=actor, reason=reason, now=now()), as_json)


@requests.command()
@workspace_option
@json_option
def retag(workspace: Path, as_json: bool) -> None:
    """Tag the published sessions again whose tags were made with another taxonomy or tagger."""
    from pipeline.workflow import request_files, tagging

    opened, at = open_workspace(workspace), now()
    with opened.locked():
        changed = tagging.retag(opened, now=at)
        request_files.write_exports(opened, now=at)
    emit({"tagged_again": changed}, as_json)
