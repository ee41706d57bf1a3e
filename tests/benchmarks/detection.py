"""Prints what detection finds in a folder of marked sets, beside its goals and beside Presidio on the same texts.

    python -m tests.benchmarks.detection FOLDER       or: make bench-detect EVAL=FOLDER

``FOLDER/spans`` and ``FOLDER/spans_asr`` hold ``NAME.jsonl`` with lines of ``{"id", "text", "doc", "spans"}``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import click

from pipeline.detect.engine import find_each
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import Match
from pipeline.records import Context, DetectionRule, KnownPerson
from tests.benchmarks.detection_sets import Item, Marked, Score, Spans, guesses, read_set, score
from tests.benchmarks.rivals import Finder, presidio

NOTHING = Context()
REAL = ("spans/earnings21_realasr_rev_espnet", "spans/earnings21_realasr_google")


class Row(NamedTuple):
    """One line of the table: a set, what of it counts, and the goal."""

    set_name: str
    labels: tuple[str, ...]
    goal: str
    only: str = ""
    context: bool = False


PERSON, NAMES = ("PERSON",), ("PERSON", "ORG")
ROWS = (
    *(Row(name, PERSON, ">= 0.92, <= 4 false", "known heard", True) for name in REAL),
    *(Row(name, PERSON, ">= 0.72", "known", True) for name in REAL),
    *(Row(name, ("ORG",), ">= 0.75", "known", True) for name in REAL),
    *(Row(name, ("ORG",), "", "known heard", True) for name in REAL),
    *(Row(name, NAMES, ">= 0.65, precision >= 0.75", "heard") for name in REAL),
    Row("spans_asr/earnings21", NAMES, ""),
    Row("spans/earnings21", NAMES, ""),
    Row("spans_asr/changelog_silver_person", PERSON, ">= 0.80"),
    Row("spans/changelog_silver_person", PERSON, ""),
    Row("spans_asr/wnut17", PERSON, ">= 0.45"),
    Row("spans_asr/uner_ewt", PERSON, ">= 0.65"),
    Row("spans/wnut17", PERSON, ""),
    Row("spans/uner_ewt", PERSON, ""),
    Row("spans/btc", NAMES, ""),
    Row("spans/gum_interview_court", NAMES, ""),
    *(Row("spans_asr/nemo_spoken", (label,), ">= 0.90") for label in ("EMAIL", "PHONE", "URL", "IP")),
    *(
        Row("spans_asr/presidio_synth", (label,), ">= 0.90")
        for label in ("EMAIL", "PHONE", "URL", "IP", "CREDIT_CARD", "SSN", "IBAN")
    ),
    Row("spans_asr/changelog_spelled", ("SPELLED",), ">= 0.90"),
    Row("spans/presidio_synth", ("PHONE",), ">= 0.90"),
    Row("spans/presidio_synth", ("CREDIT_CARD",), ">= 0.97"),
    *(Row("spans/presidio_synth", (label,), "1.00") for label in ("EMAIL", "URL", "IP", "SSN", "IBAN")),
)
SPEED_SETS = ("spans_asr/changelog_silver_person", "spans/earnings21")
SPEED_TEXTS = 2000
_ALL = 10  # behind the tenths of a score
_PARTS = 8  # of these texts: half of them to give together, half to give one by one
RIVAL_CHARACTERS = 40_000  # of a set for the slower ones: every n-th text


def contexts(folder: Path) -> dict[str, Context]:
    """What each session knows beforehand, by its document."""
    path = folder / "spans" / "earnings21_sessions.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return {
        row["doc"]: Context(
            participants=tuple(KnownPerson(name=name) for name in row["participants"]), companies=(row["company"],)
        )
        for row in rows
    }


def without_context(items: Sequence[Item]) -> list[list[Match]]:
    """The hits in each text alone."""
    return find_each([item.text for item in items], NOTHING)


def with_context(items: Sequence[Item], known: dict[str, Context]) -> list[list[Match]]:
    """The hits in each session's texts together, with what that session knows."""
    found: list[list[Match]] = []
    for doc, group in groupby(items, key=lambda item: item.doc):
        found += find_in_session([item.text for item in group], known.get(doc, NOTHING))
    return found


def spans(found: Sequence[Sequence[Match]]) -> list[Spans]:
    """The places of hits."""
    return [[(match.start_char, match.end_char) for match in matches] for matches in found]


def line(row: Row, ours: Score, rivals: Sequence[Score]) -> str:
    """One line of the table."""
    what = f"{'/'.join(row.labels)} {row.only}{' with context' if row.context else ''}".strip()
    beside = "  ".join(f"{rival.recall:.2f} ({rival.precision:.2f})" for rival in rivals)
    return (
        f"{row.set_name:38} {what:38} {ours.marked:5} {ours.recall:7.3f} {ours.recall_of_names:7.3f} "
        f"{ours.precision:6.2f} {ours.false_in_1000:6.2f}   {row.goal:26} {beside}"
    )


def reliability(scored: Sequence[Marked]) -> list[str]:
    """For each rule and tenth of its score: how many findings, their mean score, and how many of them are right.

    A rule's last line has all of them, beside the share that the registry of rules says.
    """
    cells: dict[tuple[str, int], list[tuple[float, bool]]] = {}
    for match, right in guesses(scored):
        for tenth in (min(9, int(match.score * 10)), _ALL):
            cells.setdefault((match.rule, tenth), []).append((match.score, right))
    return [
        f"{rule:20} {'all' if tenth == _ALL else tenth / 10}  {len(cell):6}"
        f"  mean score {sum(s for s, _ in cell) / len(cell):.2f}"
        f"  right {sum(right for _, right in cell) / len(cell):.2f}"
        + (f"  registry {DetectionRule(rule).spec.right}" if tenth == _ALL else "")
        for (rule, tenth), cell in sorted(cells.items())
        if len(cell) >= 20
    ]


def speed(parts: Sequence[Sequence[str]], finders: Mapping[str, Callable[[Sequence[str]], object]]) -> dict[str, float]:
    """Words for each second of processor time on one core; the first part is for warming up.

    Nobody sees a text twice, and they take turns, part by part.
    """
    taken = dict.fromkeys(finders, 0.0)
    for part in parts:
        for name, finder in finders.items():
            began = time.process_time()
            finder(part)
            taken[name] += 0.0 if part is parts[0] else time.process_time() - began
    words = sum(len(text.split()) for part in parts[1:] for text in part)
    return {name: words / seconds for name, seconds in taken.items()}


def speeds(texts: Sequence[str], rivals: dict[str, Finder]) -> list[str]:
    """The words a second of every way to run ours and theirs, and how many times theirs ours is."""
    finders: dict[str, Callable[[Sequence[str]], object]] = {"ours": partial(find_each, context=NOTHING), **rivals}
    one_by_one = {name: partial(_one_by_one, finder) for name, finder in finders.items()}
    parts = [texts[part::_PARTS] for part in range(_PARTS)]
    ways = {"together": speed(parts[::2], finders), "one by one": speed(parts[1::2], one_by_one)}
    lines = [f"ours, {way}: {found['ours']:.0f}" for way, found in ways.items()]
    for name in rivals:
        for way, found in ways.items():
            times = ", ".join(f"{ours['ours'] / found[name]:.1f} times ({how})" for how, ours in ways.items())
            lines.append(f"{name}, {way}: {found[name]:.0f}; ours {times}")
    return lines


def _one_by_one(finder: Callable[[Sequence[str]], object], texts: Sequence[str]) -> None:
    for text in texts:
        finder([text])


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Measure detection on the sets in FOLDER."""
    known, rivals = contexts(folder), presidio()
    click.echo(
        f"{'set':38} {'what':38} {'spans':>5} {'recall':>7} {'names':>7} {'prec':>6} {'false':>6}   {'goal':26} "
        f"recall (precision) of {' and '.join(rivals)}, on every n-th text"
    )
    scored: list[Marked] = []
    for set_name, rows in groupby(sorted(ROWS, key=lambda row: row.set_name), key=lambda row: row.set_name):
        if not (path := folder / f"{set_name}.jsonl").exists():
            continue
        items, asked = read_set(path), list(rows)
        alone = without_context(items)
        together = with_context(items, known) if any(row.context for row in asked) else alone
        some = items[:: max(1, round(sum(len(item.text) for item in items) / RIVAL_CHARACTERS))]
        beside = [rival([item.text for item in some]) for rival in rivals.values()]
        for row in asked:
            ours = score(items, spans(together if row.context else alone), row.labels, row.only)
            click.echo(line(row, ours, [score(some, found, row.labels, row.only) for found in beside]))
        if "changelog" not in set_name:  # there only people are marked
            scored.append((items, together))
    click.echo("\nhow right each score is (findings, mean score, share that touch what is marked)")
    click.echo("\n".join(reliability(scored)))
    texts = [i.text for s in SPEED_SETS if (p := folder / f"{s}.jsonl").exists() for i in read_set(p)[:SPEED_TEXTS]]
    click.echo("\nwords a second on one core, same texts (goal: 3 times Presidio with the same pipeline)")
    click.echo("\n".join(speeds(texts, rivals)))


if __name__ == "__main__":
    main()
