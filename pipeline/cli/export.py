"""Commands that export requests and vCons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.cli.common import Group, emit, hand_out, json_option, now, open_workspace, workspace_option, written
from pipeline.cli.output_file import OutputFile, OutputFolder
from pipeline.lexicon.counted import counted
from pipeline.records import Audience

if TYPE_CHECKING:
    from pipeline.store import Workspace

_FORMATS = ("csv", "xlsx", "jsonl", "parquet", "html", "jira", "linear", "github", "gitlab", "productboard")


@click.group(cls=Group)
def export() -> None:
    """Export requests for product managers, and renditions as vCons."""


F = TypeVar("F", bound=Callable[..., Any])
_to_option: Callable[[F], F] = click.option(
    "--to", "to_whom", default="", metavar="WHOM", help="Who is given it: `export recall` names them."
)


def _with_options(command: F) -> F:
    """Puts all options of an export of requests on a command."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command


def _day(_: click.Context, __: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


_OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option(
        "--since", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="Only sessions of this UTC day and later."
    ),
    click.option("--area", default="", help="Only this area of the product."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(_FORMATS),
        default="csv",
        help="The file format, or the tracker that imports it.",
    ),
    click.option(
        "--map",
        "columns",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Write CSV by this column map of your own.",
    ),
    click.option("--group", "grouped", is_flag=True, help="Write a row for each group instead of each wording."),
    click.option("--delimiter", type=click.Choice([",", ";"]), default=",", help="The delimiter of CSV."),
    click.option("--excel", is_flag=True, help="Mark CSV as UTF-8 for Excel."),
    click.option("--raw", is_flag=True, help="Write CSV for machines: every text as it is, formulas too."),
)


@export.command("requests")
@workspace_option
@_with_options
@click.option("-o", "--output", type=OutputFile(), help="Write there, not to standard output.")
@_to_option
def requests_(workspace: Path, output: Path | None, to_whom: str, **request: Any) -> None:
    """Export requests and discoveries, as far as consent allows now; the manifest is written beside the file."""
    from pipeline.workflow import request_files

    opened, at = open_workspace(workspace), now()
    requests = request_files.export(opened, **_request(opened, **request), now=at)
    handed_out = request_files.hand_out(opened, requests, output, to_whom=to_whom, now=at)
    click.echo(handed_out.content, nl=False) if output is None else click.echo(written(*handed_out.files))


def _request(
    workspace: Workspace, *, since: date | None, area: str, format_: str, columns: Path | None, **options: Any
) -> dict[str, Any]:
    """What ``request_files.export`` is asked for, out of the options of the command."""
    from pipeline.export import Selection, column_maps
    from pipeline.export.formats.options import ExportOptions

    target = columns or (format_ if format_ in column_maps.TARGETS else None)
    kinds = ("request",) if target else ("request", "discovery")
    return {
        "format_": "csv" if columns else format_,
        "selection": Selection(since=since, area=area, kinds=kinds, **workspace.settings.export.model_dump()),
        "options": ExportOptions(**options),
        "columns": column_maps.read_map(target) if target else None,
    }


@export.command()
@workspace_option
@json_option
def recall(workspace: Path, as_json: bool) -> None:
    """List the files that hold requests which may not be shown any more, and who was given them."""
    from pipeline.workflow.request_recall import recalls

    emit(recalls(open_workspace(workspace), now=now()), as_json)


@export.command()
@click.argument("request")
@workspace_option
@click.option("-o", "--output", type=OutputFolder(), required=True, help="The new folder that the clip is written to.")
@_to_option
@json_option
def clip(request: str, workspace: Path, output: Path, to_whom: str, as_json: bool) -> None:
    """Write the clip of REQUEST from its rendition: sound, captions, a thumbnail, and their proof."""
    from pipeline.workflow.request_clip import export_clip

    clip = export_clip(open_workspace(workspace), request, output, to_whom=to_whom, now=now())
    line = f"{clip.verdict}: {clip.end_s - clip.start_s:.1f} s, {counted(len(clip.files), 'file')}; {written(output)}"
    emit(clip if as_json else line, as_json)


@export.command()
@click.argument("session")
@click.option(
    "--audience",
    type=click.Choice([audience.value for audience in Audience]),
    default="internal",
    help="The audience of the rendition.",
)
@click.option("--url", help="The https:// address of its files; without it, the vCon holds text only.")
@click.option("-o", "--output", type=OutputFile(), help="Write there, not to standard output.")
@click.option("--sign", is_flag=True, help="Write a JWS, signed with the workspace's key.")
@workspace_option
def vcon(session: str, audience: str, url: str | None, sign: bool, output: Path | None, workspace: Path) -> None:
    """Export the published rendition of SESSION as a redacted vCon, with the consent behind it."""
    from pipeline.vcon.export import export as export_vcon

    to = str(output.absolute()) if output else "standard output"
    opened = open_workspace(workspace)
    text = export_vcon(session, Audience(audience), workspace=opened, url=url, now=now(), sign=sign, to=to)
    hand_out(text, output)
