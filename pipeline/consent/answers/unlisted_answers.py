"""The answers of a table that a form mapping lacks: what an import takes each for, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.consent.answers.answer_columns import AnswerColumns
from pipeline.consent.answers.parse import cell_answers
from pipeline.consent.answers.question_meaning import UNDECIDED, is_plain_no
from pipeline.consent.log.events import EventState
from pipeline.consent.log.identity import normalise
from pipeline.consent.notices.forms import ASKING, ColumnKind, Form
from pipeline.lexicon.counted import counted, is_or_are


def unlisted_answers(table: AnswerColumns, form: Form) -> tuple[dict[str, str], dict[str, str]]:
    """The answers that a mapping lacks, each with what an import takes it for, and the ticked ones that it lacks."""
    answers: dict[str, str] = {}
    ticks: dict[str, str] = {}
    listed = {normalise(answer) for answer in (*form.vendor_format.answers, *form.answers)}
    for header, column in form.bound_columns().items():
        cells = (cell.strip() for cell in table.questions.get(header, ()) if normalise(cell) not in listed)
        for cell in cells:
            states = cell_answers(cell, column, form, finished=True).values()
            if column.kind in ASKING and cell and is_plain_no(cell):
                answers[cell] = EventState.REFUSED
            elif column.kind in ASKING and EventState.UNKNOWN in states:
                lacking = ticks if column.kind is ColumnKind.TICKS else answers
                lacking[cell] = UNDECIDED if lacking is ticks else EventState.UNKNOWN
    return answers, ticks


def to_check(answers: Sequence[str], ticks: int) -> Iterator[str]:
    """What to do about answers that a mapping lacks, by what an import takes them for."""
    unread = answers.count(EventState.UNKNOWN) + ticks
    if unread:
        holds = "holds" if unread == 1 else "hold"
        yield (
            f"answers: {counted(unread, 'answer')} {is_or_are(unread)} not read and {holds} as unknown: say beside "
            "each what it means, add the lines to the mapping with a new version, and import the table again; a yes "
            "counts from that import only"
        )
    if noes := answers.count(EventState.REFUSED):
        yield f"answers: {counted(noes, 'plain no')} that the mapping lacks {is_or_are(noes)} read as refused"
