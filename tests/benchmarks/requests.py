"""Time and memory for grouping and exporting many tagged turns: cost should grow close to linearly."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.export import Selection, report
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from pipeline.export.mentions import Mention
from pipeline.export.periods import HeldSession
from pipeline.records import Pattern, RequestGroup, Strength
from pipeline.tag.grouping import Wording, group, title_of
from pipeline.tag.grouping.group import THRESHOLD
from pipeline.workflow.request_secrets import Names, RequestSecrets

SIZES = (1_000, 10_000, 100_000)
WIDTH, NAMES = 384, 5_000
PARTS = ("the report", "the dashboard", "a queue", "the client", "the editor", "an invoice", "the log", "a key")
ACTS = ("export", "pause", "rename", "filter", "share", "schedule", "archive", "search", "sort", "encrypt")
FORMATS = ("csv", "jsonl", "html", "xlsx")


def measure(folder: Path) -> Iterator[str]:
    """One line a size: seconds of processor for grouping, the report and each format, and the peak of memory."""
    names = Names((f"customer{number}", "freight") for number in range(NAMES))
    secrets = RequestSecrets(names, [Pattern(text="PRJ-[0-9]{4}", kind="product", where="entry 1 of patterns")])
    for size in SIZES:
        mentions, vectors = made_up(size)
        began = time.process_time()
        wordings = [Wording(key=mention.request_id, text=mention.wording, kind=mention.kind) for mention in mentions]
        groups = group(wordings, vectors, threshold=THRESHOLD["minilm"])
        grouped_s = time.process_time() - began
        start = time.process_time()
        mentions = [secrets.without(mention) for mention in mentions]
        checked_s = time.process_time() - start
        texts = {mention.request_id: mention.wording for mention in mentions}
        named = [
            RequestGroup(
                group_id="g-" + one.keys[0][2:],
                title=title_of(texts[one.centre]),
                request_ids=one.keys,
                closeness=one.closeness,
                words=one.words,
            )
            for one in groups
        ]
        sessions = [
            HeldSession(session_id=f"s{n}", started_on=_day(n), hours=1.0, heard=True) for n in range(size // 20)
        ]
        made = report(mentions, named, sessions, Selection())
        reported_s = time.process_time() - began - grouped_s - checked_s
        written = []
        for name in FORMATS:
            start = time.process_time()
            content = render(made, name, ExportOptions())
            written.append(f"{name} {time.process_time() - start:.1f} s ({len(content) / 1e6:.0f} MB)")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        yield (
            f"{size:7} turns, {len(groups):6} groups: grouped {grouped_s:.1f} s, names looked for {checked_s:.1f} s, "
            f"counted {reported_s:.1f} s, "
            f"{', '.join(written)}; {memory:.0f} MB at the peak"
        )


def made_up(size: int) -> tuple[list[Mention], NDArray[np.float32]]:
    """Mentions of some ten customers each, whose vectors lie about as those of one request's wordings do."""
    rng, draw = np.random.default_rng(size), random.Random(size)
    subjects = max(1, size // 10)
    centres = rng.standard_normal((subjects, WIDTH)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    about = np.array([draw.randrange(subjects) for _ in range(size)])
    noise = rng.standard_normal((size, WIDTH)).astype(np.float32) * (0.7 / np.sqrt(WIDTH))
    vectors = centres[about] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [_mention(number, int(subject), draw) for number, subject in enumerate(about)], vectors


def _mention(number: int, subject: int, draw: random.Random) -> Mention:
    wording = f"we need a way to {draw.choice(ACTS)} {draw.choice(PARTS)} of kind {subject}, number {number}"
    return Mention(
        request_id=f"q-{number:012x}",
        kind="request",
        title=title_of(wording),
        quote=wording,
        is_quoted=True,
        area=PARTS[subject % len(PARTS)],
        strength=Strength.MUST_HAVE,
        score=0.7,
        sure=True,
        reason="asks for a way to do something",
        answer="",
        session=f"s{number // 20}",
        started_on=_day(number // 20),
        start_s=float(number % 20 * 60),
        end_s=float(number % 20 * 60 + 5),
        customer=f"customer-{number % 500:06x}",
        segment="",
        weight=1.0,
        asker=f"customer-{number % 500:06x}",
        company="",
        wording=wording,
    )


def _day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(days=number % 700)
