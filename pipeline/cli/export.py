"""Commands that export requests and vCons."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import hand_out, now, open_workspace, output_option, workspace_option
from pipeline.export.files import FORMATS
from pipeline.records import Audience


@click.group()
def export() -> None:
    """Export requests for product managers, and renditions as vCons."""


@export.command("requests")
@workspace_option
@click.option("--format", "output_format", type=click.Choice(list(FORMATS)), default="csv", help="The file format.")
@output_option
def requests_(workspace: Path, output_format: str, output: Path | None) -> None:
    """Export requests and discoveries, as far as consent allows at this moment."""
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
@click.option("--url", help="Where its files will be (https://…); without it the vCon holds text only.")
@output_option
@click.option("--sign", is_flag=True, help="Sign it as a JWS, with the key of the workspace.")
@workspace_option
def vcon(session: str, audience: str, url: str | None, sign: bool, output: Path | None, workspace: Path) -> None:
    """Export a published rendition of SESSION as a redacted vCon, with the consent it relies on."""
    from pipeline.vcon.export import export as export_vcon

    to = str(output.absolute()) if output else "standard output"
    opened = open_workspace(workspace)
    text = export_vcon(session, Audience(audience), workspace=opened, url=url, now=now(), sign=sign, to=to)
    hand_out(text, output)
