"""The command that hands requests and discoveries to product managers."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import now, workspace_option
from pipeline.files import write_bytes
from pipeline.records import Audience
from pipeline.store import Workspace


@click.group()
def export() -> None:
    """Exports for product managers."""


@export.command("requests")
@workspace_option
@click.option("--format", "format_", type=click.Choice(["csv", "jsonl"]), default="csv", help="The kind of file.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output."
)
def requests_(workspace: Path, format_: str, output: Path | None) -> None:
    """Export requests and discoveries, as far as consent goes at this moment."""
    from pipeline.export.files import FORMATS, write
    from pipeline.requests import gather, handed_out

    opened = Workspace.open(workspace)
    content = FORMATS[format_](gather(opened, now=now()))
    if output is None:
        click.echo(content, nl=False)
    else:
        write(output, content)
        handed_out(opened, content, format_, to=str(output), now=now())


@export.command()
@click.argument("session")
@click.option(
    "--audience", type=click.Choice([one.value for one in Audience]), default="internal", help="Which rendition."
)
@click.option("--url", help="Where its files will be fetched from (https://…); without it the vCon holds text alone.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output."
)
@click.option("--sign", is_flag=True, help="As a JWS, signed in the name of the workspace.")
@workspace_option
def vcon(session: str, audience: str, url: str | None, sign: bool, output: Path | None, workspace: Path) -> None:
    """Export the rendition of SESSION that is out as a redacted vCon, with the consent that it stands on."""
    from pipeline.vcon import export as export_vcon

    to = str(output.absolute()) if output else "standard output"
    opened = Workspace.open(workspace)
    text = export_vcon(session, Audience(audience), workspace=opened, url=url, now=now(), sign=sign, to=to)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_bytes(output, text.encode())
