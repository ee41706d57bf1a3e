"""Kills at the end of each stage and step, on each executor over each store, and what stops whole nights; with counts.

``python -m tests.benchmarks.faults --kills 20 --executor local --store folder`` measures one cell of the table alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import click

from tests.executors.matrix import EXECUTORS, STORES, Killed, matrix, place_of
from tests.executors.night_faults import stopped_nights
from tests.executors.stand_in_line import STAGES

KILLS = 20


def measure(folder: Path) -> Iterator[str]:
    """A line for each stage of each executor over each store, then one for each fault that stops a night."""
    yield from kills(EXECUTORS, STORES, workers=KILLS, coordinators=KILLS)
    yield from stops(folder, STORES)


def kills(
    executors: Sequence[str],
    stores: Sequence[str],
    *,
    workers: int,
    coordinators: int,
    stages: Sequence[str] = STAGES,
) -> Iterator[str]:
    """A line for each stage of each executor over each store: of each so many workers, and so many coordinators."""
    for executor, store in product(executors, stores):
        with place_of(store) as place:
            for row in matrix(executor, place, kills=workers, coordinators=coordinators, stages=stages):
                yield f"{executor:5} {store:10} killed after {row.stage:9} {row.kills:3} times: {_counts(row)}"


def stops(folder: Path, stores: Sequence[str]) -> Iterator[str]:
    """A line for each fault that stops a night, over each store."""
    for store in stores:
        with place_of(store) as place:
            for stopped in stopped_nights(folder / store, place):
                codes = ", ".join(map(str, stopped.codes))
                yield f"local {store:10} {stopped.fault:17} nights ended with {codes}: {_counts(stopped.after)}"


def _counts(row: Killed) -> str:
    return f"done {row.done} lost {row.lost} doubled {row.doubled} let out {row.let_out}"


@click.command()
@click.option("--kills", "workers", default=KILLS, show_default=True, help="Workers killed at the end of each stage.")
@click.option("--coordinators", default=KILLS, show_default=True, help="Coordinators killed after each step; 0: none.")
@click.option("--executor", "executors", type=click.Choice(EXECUTORS), multiple=True, default=EXECUTORS)
@click.option("--store", "stores", type=click.Choice(STORES), multiple=True, default=STORES)
@click.option("--stage", "stages", type=click.Choice(STAGES), multiple=True, default=STAGES)
@click.option("--stops", "with_stops", is_flag=True, help="Also what stops whole nights.")
def main(
    workers: int,
    coordinators: int,
    executors: Sequence[str],
    stores: Sequence[str],
    stages: Sequence[str],
    with_stops: bool,
) -> None:
    """Measure some cells of the table, or some of their stages, each with its own number of kills."""
    for line in kills(executors, stores, workers=workers, coordinators=coordinators, stages=stages):
        click.echo(line)
    if with_stops:
        with tempfile.TemporaryDirectory() as folder:
            for line in stops(Path(folder), stores):
                click.echo(line)


if __name__ == "__main__":
    main()
