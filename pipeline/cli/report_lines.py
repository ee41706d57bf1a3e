"""The morning report on a terminal: its warnings, a few lines for each session, and counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import console, emit
from pipeline.lexicon.counted import counted, is_or_are

if TYPE_CHECKING:
    from pipeline.reports.morning_report import MorningReport, ReportLine
    from pipeline.store import Workspace

_COLUMNS = 100
_STYLES = {
    "done": "green",
    "to review": "cyan",
    "held": "yellow",
    "pending": "cyan",
    "refused": "red",
    "failed": "bold red",
}


def print_report(report: MorningReport, workspace: Workspace, as_json: bool) -> None:
    """Prints the report and where the files are."""
    if as_json:
        emit(report, True)
        return
    for line in report.damage:
        click.echo(f"damage     {line}")
    for warning in report.warnings:
        click.echo(f"warning    {warning}")
    print_lines(report.to_show)
    if report.counts and not report.to_show:
        undecided = sum(line.undecided or 0 for line in report.lines)
        left = f"{counted(undecided, 'proposal')} {is_or_are(undecided)} undecided and redacted"
        click.echo(f"nothing changed, and {left if undecided else 'nothing waits for a person'}")
    print_counts(report)
    click.echo(f"report     {workspace.reports / 'report.html'}")
    click.echo(f"renditions {workspace.out}")
    click.echo(f"requests   {workspace.out / 'exports'}")


def print_counts(report: MorningReport) -> None:
    """Prints how many sessions and folders have each status, and how many proposals those to review leave undecided."""
    undecided = sum(line.undecided or 0 for line in report.lines if line.is_to_review)
    published = f" (published; {counted(undecided, 'proposal')} undecided and redacted)"
    counts = [
        f"{count} {status}{published if status == 'to review' else ''}" for status, count in report.shown_counts.items()
    ]
    counts += [f"{report.unfinished} still being written"] * bool(report.unfinished)
    click.echo(f"\n{', '.join(counts)}" if counts else "no sessions yet: `offrecord run INBOX` ingests them")


def print_lines(lines: Sequence[ReportLine], folders: Mapping[str, Sequence[str]] | None = None) -> None:
    """Prints each session: its id, its status and what people call it, and below these the reason and the next action.

    With ``folders`` also those that it came from; without them, how to see the name of a folder that became no session.
    No line is wider than the terminal or ``_COLUMNS``, but for words such as a path, which never break.
    """
    from rich.text import Text

    shown = console()
    width = min(shown.width, _COLUMNS)
    for line in lines:
        status = Text(f"{line.shown_status:9}", style=_STYLES.get(line.shown_status, "default"))
        head = Text.assemble(line.id, "  ", status, f"  {line.name}" if line.name else "")
        next_action = f"next: {line.action}" if line.action else ""
        reviewer = f"reviewed by {line.leased_to}" if line.leased_to else ""
        came_from = [f"folder: {path}" for path in folders.get(line.id, ())] if folders is not None else []
        if folders is None and line.is_folder:
            came_from = ["folder: `offrecord status --paths` names it"]
        body = (text for text in (*came_from, line.reason, next_action, reviewer) if text)
        for row in (head, *map(Text, _wrapped(body, width))):
            row.rstrip()
            shown.print(row, soft_wrap=True)


def _wrapped(texts: Iterable[str], width: int) -> Iterator[str]:
    """The rows of texts below a head, each text indented, and further in where it goes on."""
    for text in texts:
        yield from textwrap.wrap(
            text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
