"""Commands of the consent store: import, decide, show, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.consent.explain import explain
from pipeline.consent.importer import import_answers
from pipeline.consent.lines import decide_lines
from pipeline.consent.withdraw import withdraw
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.registry import Registry


@click.group()
def consent() -> None:
    """What participants allow: import answers, explain decisions, file withdrawals."""


@consent.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--form", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The form mapping.")
@workspace_option
@json_option
def import_command(file: Path, form: Path, workspace: Path, as_json: bool) -> None:
    """File the answers in the CSV table FILE: all of them, or none."""
    emit(import_answers(file, form, workspace=Workspace.open(workspace), now=now()), as_json)


@consent.command()
@click.argument("lines", type=click.File(encoding="utf-8", errors="replace"), default="-")
def decide(lines: TextIO) -> None:
    """Read decision inputs as JSON Lines, write outcome and rule id for each."""
    for line in decide_lines(lines):
        click.echo(line)


@consent.command()
@click.argument("session")
@click.option("--names", is_flag=True, help="Show names instead of ids.")
@workspace_option
@json_option
def show(session: str, names: bool, workspace: Path, as_json: bool) -> None:
    """Say for each person and purpose of SESSION what was decided, and why."""
    opened = Workspace.open(workspace)
    found = Registry(opened.db).session(session)
    emit(explain(found, workspace=opened, now=now(), names=names), as_json)


@consent.command("withdraw")
@click.option("--email", required=True, help="The address of the person who withdraws.")
@click.option(
    "--purpose",
    "purposes",
    type=click.Choice([purpose.value for purpose in Purpose]),
    multiple=True,
    help="A purpose; may be repeated.",
)
@click.option("--everything", is_flag=True, help="Every purpose.")
@click.option("--session", "session_id", help="Only for this session.")
@click.option("--by", "actor", required=True, help="Who enters it.")
@click.option("--reason", required=True, help="How it reached you, in a few words.")
@workspace_option
@json_option
def withdraw_command(workspace: Path, as_json: bool, purposes: tuple[str, ...], everything: bool, **said: str) -> None:
    """File a withdrawal; from then on nothing new is made with that person."""
    if everything == bool(purposes):
        raise UsageProblem("say what is withdrawn", action="give either --purpose or --everything")
    chosen = [Purpose(purpose) for purpose in (purposes or Purpose)]
    emit(withdraw(**said, purposes=chosen, workspace=Workspace.open(workspace), now=now()), as_json)
