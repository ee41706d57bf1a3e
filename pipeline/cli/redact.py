"""``offrecord redact`` and ``offrecord prove``: one media file, outside any workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from pipeline.cli.common import emit, json_option, written
from pipeline.cli.output_file import OutputFile
from pipeline.errors import Exit
from pipeline.lexicon.counted import counted
from pipeline.records import ProofVerdict

_File = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", type=_File)
@click.option("--spans", type=_File, required=True, help='A JSON array of {"start_s", "end_s"} in seconds.')
@click.option("-o", "--out", type=OutputFile(), required=True, help="The file to write; its suffix sets the format.")
@click.option("--fill", type=click.Choice(["silence", "tone"]), default="silence", help="What replaces the spans.")
@click.option("--overwrite", is_flag=True, help="Replace an existing output.")
@json_option
def redact(
    file: Path, spans: Path, out: Path, fill: Literal["silence", "tone"], overwrite: bool, as_json: bool
) -> None:
    """Redact spans of sound in one media FILE, and write the result once it is proved."""
    from pipeline.render.single_file import redact as redact_file

    summary = redact_file(file, spans_file=spans, out=out, overwrite=overwrite, fill=fill)
    line = f"{summary.verdict}: {counted(summary.windows, 'span')}, {summary.muted_s} s redacted"
    rest = "".join(f"; {sound} is left out: nothing here can decode it" for sound in summary.left_out)
    emit(summary if as_json else f"{line}{rest}; {written(out)}", as_json)


@click.command()
@click.argument("place", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--plan", type=_File, help='A JSON object of "windows" and "terms"; without it, the proof.json beside the file.'
)
@click.option("--key", "public_key", help="The workspace's public key, as `offrecord doctor` shows it.")
@json_option
@click.pass_context
def prove(ctx: click.Context, place: Path, plan: Path | None, public_key: str | None, as_json: bool) -> None:
    """Prove a rendition (a folder or a file of it), or one redacted file, again from its files only."""
    from pipeline.workflow.prove_again import prove_again

    proved = prove_again(place, plan=plan, public_key=public_key)
    lines = [proved.verdict.value, *(f"  {check.verdict}: {check.name}, {check.detail}" for check in proved.checks)]
    plain = {"verdict": proved.verdict, "checks": proved.checks, "means": proved.means}
    emit(plain if as_json else [*lines, *filter(None, [proved.means])], as_json)
    if proved.failure:
        click.echo(f"offrecord: {proved.failure}", err=True)
    ctx.exit(int(Exit.DONE if proved.verdict is ProofVerdict.PROVED else Exit.PROOF_FAILED))
