"""The command that finds names, terms and identifiers in texts."""

from __future__ import annotations

from io import BufferedIOBase
from pathlib import Path
from typing import cast

import click


@click.command()
@click.option(
    "--context",
    "context_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The JSON file of names and terms that are known beforehand.",
)
@click.option(
    "--spacy-model", help="A spaCy pipeline, pulled or installed, whose entities join the findings; empty for none."
)
def detect(context_path: Path | None, spacy_model: str | None) -> None:
    """Read JSON Lines {"id","text"} and write {"id","findings"}, one line for each, in order."""
    from pipeline.detect.jsonl import detect_lines, line_groups, read_context
    from pipeline.records import Context
    from pipeline.settings import DetectSettings

    context = read_context(context_path) if context_path else Context()
    settings = DetectSettings() if spacy_model is None else DetectSettings(spacy_model=spacy_model)
    lines = line_groups(cast(BufferedIOBase, click.open_file("-", "rb")))
    for line in detect_lines(lines, context, settings=settings):
        click.echo(line)
