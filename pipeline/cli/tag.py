"""The command that tags texts as requests, discoveries, problems, praise or questions."""

from __future__ import annotations

import click


@click.command()
def tag() -> None:
    """Read JSON Lines {"id","text"} and write {"id","label","score","area"}, one line for each, in order."""
    from pipeline.tag.jsonl import tag_lines

    for line in tag_lines(click.open_file("-", encoding="utf-8")):
        click.echo(line)
