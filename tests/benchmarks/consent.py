"""A hundred thousand consent events: how long filing them takes, and ruling a large session against them."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from pipeline import consent
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.transfer.log_export import export_log
from pipeline.consent.transfer.log_import import import_log
from pipeline.records import Session
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, ALL_YES, HEADER, NOW, START, form_text, person, row, session

EVENTS = 100_000
PURPOSES = 5
PEOPLE = 5_000
PARTICIPANTS = 50
RUNS = 5
Result = TypeVar("Result")


def measure(folder: Path) -> list[str]:
    """One table of answers filed, filed again, exported, and imported elsewhere; then one session of fifty."""
    workspace, other = (Workspace.create(folder / name) for name in ("ws", "other"))
    table, mapping, export = folder / "answers.csv", folder / "form.toml", folder / "consent.jsonl"
    _write(table)
    mapping.write_text(form_text(), "utf-8")
    met = session(*(person(number, f"person{number}@customer.example") for number in range(PARTICIPANTS)))
    empty_s = _ruling_s(met, other)
    filed, first_s = _timed(lambda: import_answers(table, mapping, workspace=workspace, now=NOW))
    _, again_s = _timed(lambda: import_answers(table, mapping, workspace=workspace, now=NOW))
    _, verify_s = _timed(lambda: consent.verify_chain(workspace))
    _, export_s = _timed(lambda: export_log(export, workspace=workspace))
    key = workspace.root / "keys" / "identity"
    _, restore_s = _timed(lambda: import_log(export, workspace=other, now=NOW, key=key))
    ruling_s = _ruling_s(met, workspace)
    return [
        f"{filed.events} events of {filed.people} people filed in {first_s:.1f} s, again in {again_s:.1f} s",
        f"chain walked in {verify_s:.1f} s, exported in {export_s:.1f} s, imported elsewhere in {restore_s:.1f} s",
        f"{PARTICIPANTS} participants ruled in {ruling_s:.3f} s, against an empty store {empty_s:.3f} s",
    ]


def _write(table: Path) -> None:
    """Every person answers several times; every fifth answer is a no."""
    with table.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(EVENTS // PURPOSES):
            who, at = number % PEOPLE, START - timedelta(minutes=number + 1)
            answers = ALL_NO if number % 5 == 0 else ALL_YES
            account = str(10**17 + who)
            line = row(f"person{who}@customer.example", answers, at=f"{at:%Y-%m-%d %H:%M:%S}", discord=account)
            writer.writerow(line)


def _ruling_s(met: Session, workspace: Workspace) -> float:
    return statistics.median(_timed(lambda: consent.rule(met, workspace=workspace, now=NOW))[1] for _ in range(RUNS))


def _timed(act: Callable[[], Result]) -> tuple[Result, float]:
    began = time.monotonic()
    result = act()
    return result, time.monotonic() - began
