"""Kills at the end of each stage and step, on each executor over each store, and what stops whole nights; with counts.

Twenty kills of each take hours on two cores; FAULTS_KILLS and FAULTS_COORDINATORS in the environment ask for fewer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from tests.executors.matrix import EXECUTORS, STORES, Killed, matrix, place_of
from tests.executors.night_faults import stopped_nights

KILLS = int(os.environ.get("FAULTS_KILLS", "20"))
COORDINATORS = int(os.environ.get("FAULTS_COORDINATORS", "20"))
_CHOSEN = os.environ.get("FAULTS_STORES", ",".join(STORES)).split(",")


def measure(folder: Path) -> Iterator[str]:
    """A line for each stage of each executor over each store, then one for each fault that stops a night."""
    for executor, store in product(EXECUTORS, _CHOSEN):
        with place_of(store) as place:
            for row in matrix(executor, place, kills=KILLS, coordinators=COORDINATORS):
                yield f"{executor:5} {store:10} killed after {row.stage:9} {row.kills:3} times: {_counts(row)}"
    for store in _CHOSEN:
        with place_of(store) as place:
            for stopped in stopped_nights(folder / store, place):
                codes = ", ".join(map(str, stopped.codes))
                yield f"local {store:10} {stopped.fault:17} nights ended with {codes}: {_counts(stopped.after)}"


def _counts(row: Killed) -> str:
    return f"done {row.done} lost {row.lost} doubled {row.doubled} let out {row.let_out}"
