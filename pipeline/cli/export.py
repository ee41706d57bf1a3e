"""The command that hands requests and discoveries to product managers."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import hand_out, now, open_workspace, output_option, workspace_option
from pipeline.export.files import FORMATS
from pipeline.records import Audience


@click.group()
def export() -> None:
    """Exports for product managers."""


@export.command("requests")
@workspace_option
@click.option("--format", "output_format", type=click.Choice(list(FORMATS)), default="csv", help="The kind of file.")
@output_option
def requests_(workspace: Path, output_format: str, output: Path | None) -> None:
    """Export requests and discoveries, as far as consent goes at this moment."""
    from pipeline.workflow.request_files import export_requests

    content = export_requests(open_workspace(workspace), output_format, output=output, now=now())
    if output is None:
        click.echo(content, nl=False)


@export.command()
@click.argument("session")
@click.option(
    "--audience",
    type=click.Choice([audience.value for audience in Audience]),
    default="internal",
    help="Which rendition.",
)
@click.option("--url", help="Where its files will be fetched from (https://…); without it the vCon holds text alone.")
@output_option
@click.option("--sign", is_flag=True, help="As a JWS, signed in the name of the workspace.")
@workspace_option
def vcon(session: str, audience: str, url: str | None, sign: bool, output: Path | None, workspace: Path) -> None:
    """Export the rendition of SESSION that is out as a redacted vCon, with the consent that it stands on."""
    from pipeline.vcon.export import export as export_vcon

    to = str(output.absolute()) if output else "standard output"
    opened = open_workspace(workspace)
    text = export_vcon(session, Audience(audience), workspace=opened, url=url, now=now(), sign=sign, to=to)
    hand_out(text, output)
