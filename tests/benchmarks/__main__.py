"""Prints the figures that docs/figures.md may claim, each beside what it is compared with in the same run."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from tests.benchmarks import (
    consent,
    encryption,
    executors,
    faults,
    gallery,
    growth,
    hearing,
    idle,
    known_names,
    memory,
    object_storage,
    overhead,
    rendering,
    requests,
    review_app,
    sample_tags,
    scale,
    voices,
)

BENCHMARKS: dict[str, Callable[[Path], Iterable[str]]] = {
    "overhead": overhead.measure,
    "idle": idle.measure,
    "memory": memory.measure,
    "names": known_names.measure,
    "consent": consent.measure,
    "encryption": encryption.measure,
    "growth": growth.measure,
    "rendering": rendering.measure,
    "review": review_app.measure,
}

LONG: dict[str, Callable[[Path], Iterable[str]]] = {
    "executors": executors.measure,
    "faults": faults.measure,
    "gallery": gallery.measure,
    "hearing": hearing.measure,
    "object-storage": object_storage.measure,
    "requests": requests.measure,
    "scale": scale.measure,
    "tags": sample_tags.measure,
    "voices": voices.measure,
}
"""What is measured only by name."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*BENCHMARKS, *LONG]))
def main(names: tuple[str, ...]) -> None:
    """Run the benchmarks NAMES, or all that take no hours."""
    os.environ["OFFRECORD_RUN__STABLE_FOR_S"] = "0"
    click.echo(f"{platform.machine()}, Python {platform.python_version()}, {sys.platform}")
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            for line in {**BENCHMARKS, **LONG}[name](Path(folder)):
                click.echo(f"{name:10} {line}")


if __name__ == "__main__":
    main()
