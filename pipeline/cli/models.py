"""``offrecord models``: what is there, fetching by name, checking digests."""

from __future__ import annotations

import click

from pipeline.cli.common import emit, json_option
from pipeline.errors import ConfigurationError
from pipeline.speech import models as registry


@click.group()
def models() -> None:
    """List, pull and verify models."""


@models.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """List every known model and its state here."""
    emit([registry.state(model) for model in registry.registry().values()], as_json)


@models.command()
@click.argument("name")
def pull(name: str) -> None:
    """Fetch a model by NAME and check its digests."""
    trusted = registry.pull(registry.find(name))
    how = "digests recorded now, since nobody had before" if trusted else "digests checked"
    click.echo(f"{name}: here, {how}")


@models.command()
@click.argument("name", required=False)
@json_option
def verify(name: str | None, as_json: bool) -> None:
    """Check the digests of every model that is here, or of NAME."""
    chosen = [registry.find(name)] if name else list(registry.registry().values())
    states = [state for state in map(registry.state, chosen) if name or state.state != "missing"]
    emit(states, as_json)
    if wrong := [state.name for state in states if state.state != "present"]:
        raise ConfigurationError(
            f"model {wrong[0]} is not what it should be", action=f"run `offrecord models pull {wrong[0]}`"
        )
