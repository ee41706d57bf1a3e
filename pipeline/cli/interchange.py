"""Commands that hand consent out in other formats, and take it in from them."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.errors import UsageProblem
from pipeline.files import write_bytes
from pipeline.store import Workspace

output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output."
)


@click.command("export-dpv")
@click.option("--email", help="The address of the person whose record it is.")
@click.option("--all", "everybody", is_flag=True, help="Everybody's record, as a graph.")
@output_option
@workspace_option
def export_dpv(email: str | None, everybody: bool, output: Path | None, workspace: Path) -> None:
    """Export consent records as JSON-LD after ISO/IEC TS 27560, in DPV terms."""
    from pipeline.consent.interchange.export import export_dpv as export

    if everybody == bool(email):
        raise UsageProblem("say whose record", action="give either --email or --all")
    hand_out(export(email, workspace=Workspace.open(workspace), now=now()), output)


@click.command("import-vcon")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--session", "session_id", help="The session that it is of; without it, whatever has no answer of its own."
)
@click.option("--by", "actor", required=True, help="Who enters it.")
@workspace_option
@json_option
def import_vcon(file: Path, session_id: str | None, actor: str, workspace: Path, as_json: bool) -> None:
    """File the consent that somebody else's vCon claims: a yes as evidence to review, a no at its word."""
    from pipeline.consent.interchange.vcon_import import import_vcon as take_in

    opened = Workspace.open(workspace)
    emit(take_in(file, session_id=session_id, actor=actor, workspace=opened, now=now()), as_json)


def hand_out(text: str, output: Path | None) -> None:
    """Writes a text to a file that only its owner reads, or to standard output."""
    if output is None:
        click.echo(text, nl=False)
    else:
        write_bytes(output, text.encode())
