"""Commands that export consent in other formats, and import it from them."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, hand_out, json_option, now, open_workspace, output_option, workspace_option
from pipeline.errors import UsageProblem


@click.command("export-dpv")
@click.option("--email", help="The address of the person.")
@click.option("--all", "everybody", is_flag=True, help="Export everybody's records, as one graph.")
@output_option
@workspace_option
def export_dpv(email: str | None, everybody: bool, output: Path | None, workspace: Path) -> None:
    """Export consent records as JSON-LD (ISO/IEC TS 27560) in DPV terms."""
    from pipeline.consent.interchange.export import export_dpv as export

    if everybody == bool(email):
        raise UsageProblem("say whose record", action="give either --email or --all")
    hand_out(export(email, workspace=open_workspace(workspace), now=now()), output)


@click.command("import-vcon")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--session", "session_id", help="The session that the consent is for; the default is every session.")
@click.option("--by", "actor", required=True, help="Who enters this.")
@workspace_option
@json_option
def import_vcon(file: Path, session_id: str | None, actor: str, workspace: Path, as_json: bool) -> None:
    """Import the consent that another system's vCon claims: a yes is evidence to review, a no takes effect."""
    from pipeline.consent.interchange.vcon_import import import_vcon as take_in

    opened = open_workspace(workspace)
    emit(take_in(file, session_id=session_id, actor=actor, workspace=opened, now=now()), as_json)
