"""``offrecord models``: what is there, fetching by name, checking digests."""

from __future__ import annotations

import click

from pipeline.cli.common import Group, emit, json_option
from pipeline.cli.progress import shown_bytes
from pipeline.errors import ConfigurationError, OffrecordError


@click.group(cls=Group)
def models() -> None:
    """List, pull and verify models."""


@models.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """List every known model and its state here."""
    from pipeline import models as known

    emit([known.state(model) for model in known.entries().values()], as_json)


@models.command()
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--from", "source", default="", help="The source: hub, index or a folder; the default is hub, then index."
)
def pull(names: tuple[str, ...], source: str) -> None:
    """Fetch the models NAMES, check every file, and put each model in place."""
    from pipeline import models as known
    from pipeline.models.pull import pull as fetch
    from pipeline.models.sources import sources

    problems: list[OffrecordError] = []
    for model in [known.find(name) for name in names]:
        try:
            with shown_bytes(model.name) as progress:
                served = fetch(model, sources(source), progress=progress)
            click.echo(f"{model.name}: {model.bytes / 1e6:.0f} MB from {served}, every digest checked")
        except OffrecordError as error:
            problems.append(error)
    if problems:
        raise problems[0]


@models.command()
@click.argument("name", required=False)
@json_option
def verify(name: str | None, as_json: bool) -> None:
    """Check the digests of every pulled model, or of NAME."""
    from pipeline import models as known

    chosen = [known.find(name)] if name else list(known.entries().values())
    states = [state for state in map(known.state, chosen) if name or state.state != "missing"]
    emit(states, as_json)
    if wrong := [state.name for state in states if state.state != "present"]:
        raise ConfigurationError(
            f"model {wrong[0]} is not what it should be", action=f"run `{known.find(wrong[0]).pull_command}`"
        )
