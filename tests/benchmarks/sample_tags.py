"""Requests and discoveries of the sample sessions as they are tagged from sound, beside what was really asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import ingest, tag
from pipeline.records import Audience, Session, Tag
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.terms import TermReplacer
from pipeline.settings import SpeechSettings
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.plan_renditions import PlannedRendition, plan_rendition
from pipeline.workflow.readable_turns import staff_of
from pipeline.workflow.tagging import read_taxonomy
from tests.benchmarks.recognition import recognisers
from tests.end_to_end.conftest import SESSIONS, TRUTHS, Truth, prepared

NOW = datetime(2026, 11, 19, 3, tzinfo=UTC)
GOAL = 0.90
NEAR_S = 6.0
"""How far the start of a tag may lie from that of what was said: a sentence's share of its turn is an estimate."""


class Count(NamedTuple):
    """Tags that are right, tags in all, and what was to be tagged."""

    right: int
    found: int
    wanted: int

    def with_(self, other: Count) -> Count:
        """Both together."""
        return Count(self.right + other.right, self.found + other.found, self.wanted + other.wanted)

    def __str__(self) -> str:
        precision, recall = self.right / max(1, self.found), self.right / max(1, self.wanted)
        f1 = 2 * self.right / max(1, self.found + self.wanted)
        return f"P {precision:.2f} R {recall:.2f} F1 {f1:.3f} ({self.right} of {self.wanted}, {self.found} tagged)"


def measure(folder: Path) -> Iterator[str]:
    """A line for each recogniser: requests, discoveries and both."""
    for settings in recognisers():
        counts = {"request": Count(0, 0, 0), "discovery": Count(0, 0, 0)}
        for truth, tags in _tagged(folder / settings.engine, settings):
            for label in counts:
                counts[label] = counts[label].with_(_count(truth, tags, label))
                yield from _missed(truth, tags, label)
        goal = f"; goal {GOAL}" if settings.engine == "whisper" else ""
        both = counts["request"].with_(counts["discovery"])
        yield f"{settings.engine}: {both}{goal}; requests {counts['request']}; discoveries {counts['discovery']}"


def _tagged(folder: Path, settings: SpeechSettings) -> Iterator[tuple[Truth, tuple[Tag, ...]]]:
    """The sample sessions that are finished, each with the tags of its redacted transcript."""
    workspace = Workspace.open(prepared(folder))
    workspace.settings = workspace.settings.model_copy(update={"speech": settings})
    for truth in (truth for truth in TRUTHS if truth.status == "done"):
        place = shutil.copytree(SESSIONS / truth.folder, folder / "inbox" / truth.folder)
        session = ingest.ingest(place, workspace=workspace)
        if not isinstance(session, Session):
            continue
        Registry(workspace.db).take(place, "0", session)
        analysed = analyse(session, workspace, now=NOW)
        planned = plan_rendition(analysed, Audience.INTERNAL) if isinstance(analysed, AnalysedSession) else None
        if isinstance(analysed, AnalysedSession) and isinstance(planned, PlannedRendition):
            plan = planned.plan
            turns = redacted_turns(analysed.transcript, plan, {}, TermReplacer(plan.terms))
            yield truth, tag.tag(turns, staff=staff_of(session), taxonomy=read_taxonomy(workspace))


def _count(truth: Truth, tags: Sequence[Tag], label: str) -> Count:
    wanted, given = _wanted(truth, label), [each for each in tags if each.label == label]
    return Count(sum(right for _, right in _matched(wanted, given)), len(given), len(wanted))


def _missed(truth: Truth, tags: Sequence[Tag], label: str) -> Iterator[str]:
    """What was asked for and is not tagged so, and what is near it instead."""
    given = [each for each in tags if each.label == label]
    for one, right in _matched(_wanted(truth, label), given):
        if not right:
            near = [f"{each.label} {each.quote}" for each in tags if abs(each.start_s - one["start_s"]) <= NEAR_S]
            yield f"  no {label}: {one['text']} | {'; '.join(near) or 'nothing near it'}"


def _wanted(truth: Truth, label: str) -> list[dict[str, Any]]:
    wanted: list[dict[str, Any]] = truth.body["requests"] if label == "request" else truth.body["discoveries"]
    return [one for one in wanted if one["participant"] not in truth.removed]


def _matched(wanted: Sequence[dict[str, Any]], given: Sequence[Tag]) -> list[tuple[dict[str, Any], bool]]:
    """Each that was asked for, and whether a tag of its kind is near it; a tag counts for one."""
    left, matched = [each.start_s for each in given], []
    for one in wanted:
        near = min(left, key=lambda start_s: abs(start_s - one["start_s"]), default=None)
        is_right = near is not None and abs(near - one["start_s"]) <= NEAR_S
        if near is not None and is_right:
            left.remove(near)
        matched.append((one, is_right))
    return matched
