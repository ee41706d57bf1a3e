"""Makes the redacted turns of the chat from the session and the plan: one for each message that stays."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from pipeline.records import ApprovedPlan, ChatLine, ReadingPlan, Session, TextEdit, Turn
from pipeline.records.removed_parts import RemovedParts, is_left_out
from pipeline.render.speakers import UNKNOWN
from pipeline.render.terms import TermReplacer


def chat_turns(
    session: Session, plan: ApprovedPlan | ReadingPlan, labels: Mapping[str, str], terms: TermReplacer
) -> tuple[Turn, ...]:
    """The chat that everyone could read, without the messages of those removed, in the order of the file.

    Where somebody was removed, messages of nobody known go too. A message's time is known to the second: its turn
    begins and ends there. Line breaks within a message stay.
    """
    edits: defaultdict[int, list[TextEdit]] = defaultdict(list)
    for edit in plan.text_edits:
        if edit.place.surface == "chat":
            edits[edit.place.index].append(edit)
    removed_parts = RemovedParts(plan.removed_intervals)
    turns = [
        Turn(
            start_s=line.at_s,
            end_s=line.at_s,
            participant_id=line.participant_id,
            speaker=labels.get(line.participant_id or "", UNKNOWN),
            text=terms.replace(_edited(line, edits[index])),
        )
        for index, line in enumerate(session.chat)
        if not is_left_out(line, plan.removed, removed_parts)
    ]
    return tuple(turn for turn in _without_split_terms(turns, terms) if turn.text.strip())


def _edited(line: ChatLine, edits: Sequence[TextEdit]) -> str:
    """Edits that overlap become one, under the label of the first, so that no edit moves another off its place."""
    text, merged = line.text, list[tuple[int, int, str]]()
    for edit in sorted(edits, key=lambda edit: (edit.place.start_char, edit.place.end_char)):
        start, end = edit.place.start_char, edit.place.end_char
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, edit.replacement))
    for start, end, replacement in reversed(merged):
        text = text[:start] + replacement + text[end:]
    return text


def _without_split_terms(turns: Sequence[Turn], terms: TermReplacer) -> list[Turn]:
    """Looks across all that one person wrote, whoever wrote between: a term may begin in a message and end in another.

    Messages of nobody known are read as those of one person.
    """
    by_writer: defaultdict[str | None, list[int]] = defaultdict(list)
    for place, turn in enumerate(turns):
        by_writer[turn.participant_id].append(place)
    kept = list(turns)
    for places in by_writer.values():
        texts = [turns[place].text for place in places]
        for place, text in zip(places, _joined_without(texts, terms), strict=True):
            kept[place] = replace(turns[place], text=text)
    return kept


def _joined_without(texts: Sequence[str], terms: TermReplacer) -> list[str]:
    """The texts without the terms that lie in two or more of them: the label in the first, nothing in the others."""
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    kept = list(texts)
    for start, end, label in reversed(terms.spans("\n".join(texts))):
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        if first == last:  # within one message it was replaced before
            continue
        kept[last] = kept[last][end - starts[last] :]
        for between in range(first + 1, last):
            kept[between] = ""
        kept[first] = kept[first][: start - starts[first]] + label
    return kept
