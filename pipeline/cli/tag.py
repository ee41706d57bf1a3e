"""The command that tags texts as requests, discoveries, problems, praise or questions."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--taxonomy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The areas of your product; the default is the shipped taxonomy.",
)
def tag(taxonomy: Path | None) -> None:
    """Read JSON Lines {"id","text"} and write {"id","label","score","area"}, one line for each, in order."""
    from pipeline.tag import read_taxonomy
    from pipeline.tag.jsonl import tag_lines

    for line in tag_lines(
        click.open_file("-", encoding="utf-8", errors="surrogateescape"), taxonomy=read_taxonomy(taxonomy)
    ):
        click.echo(line)
