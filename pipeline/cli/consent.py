"""Commands of the consent store: import, decide, show, withdraw."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TextIO

import click

from pipeline import erasure
from pipeline.cli import withdrawal
from pipeline.cli.code import code, org, revoke
from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.cli.interchange import export_dpv, import_vcon
from pipeline.cli.matching import match
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.evaluation.explain import decision_history, explain
from pipeline.consent.jsonl import decide_lines
from pipeline.consent.notices.versions import file_announced
from pipeline.consent.transfer.log_export import export_log
from pipeline.consent.transfer.log_import import import_log
from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.store.registry import Registry


@click.group()
def consent() -> None:
    """What participants allow: import answers, explain decisions, file withdrawals."""


for _command in (code, export_dpv, import_vcon, org, revoke, *withdrawal.COMMANDS, match):
    consent.add_command(_command)


@consent.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--form", type=click.Path(path_type=Path, dir_okay=False), help="The form mapping, for a table.")
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="For an export: its workspace's key.")
@workspace_option
@json_option
def import_command(file: Path, form: Path | None, key: Path | None, workspace: Path, as_json: bool) -> None:
    """File the answers in FILE, a table (CSV or xlsx) or an export of a consent log: all of them, or none."""
    opened, at = Workspace.open(workspace), now()
    take_back = partial(erasure.quarantine, opened, now=at)
    if form is None:
        emit(import_log(file, workspace=opened, now=at, key=key, then=take_back), as_json)
    elif key is None:
        emit(import_answers(file, form, workspace=opened, now=at, then=take_back), as_json)
    else:
        raise UsageProblem("a table needs no key", action="give --form for a table, --key only for an export")


@consent.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@workspace_option
@json_option
def export_command(file: Path, workspace: Path, as_json: bool) -> None:
    """Write the whole consent log to FILE as JSON Lines, people as keyed hashes only."""
    emit(export_log(file, workspace=Workspace.open(workspace)), as_json)


@consent.command()
@click.argument("lines", type=click.File(encoding="utf-8", errors="replace"), default="-")
def decide(lines: TextIO) -> None:
    """Read decision inputs as JSON Lines, write outcome and rule id for each."""
    for line in decide_lines(lines):
        click.echo(line)


@consent.command()
@click.argument("session")
@click.option("--names", is_flag=True, help="Show names instead of ids.")
@click.option("--history", is_flag=True, help="Every decision that was made about it, in order, with its inputs.")
@workspace_option
@json_option
def show(session: str, names: bool, history: bool, workspace: Path, as_json: bool) -> None:
    """Say for each person and purpose of SESSION what was decided, and why."""
    opened = Workspace.open(workspace)
    found = Registry(opened.db).session(session)
    if history:
        emit(decision_history(found, workspace=opened), as_json)
    else:
        emit(explain(found, workspace=opened, now=now(), names=names), as_json)


@consent.command("notice")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@workspace_option
@json_option
def notice_command(file: Path, workspace: Path, as_json: bool) -> None:
    """File the wording in FILE by which you announce a recording: it is then looked for in every session."""
    emit(file_announced(file, workspace=Workspace.open(workspace), now=now()), as_json)
