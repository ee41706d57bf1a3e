"""The review page of a session of three hours, 30,000 words and 2,000 proposals; and a queue of 500 sessions."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pipeline import consent, review
from pipeline.records import (
    Context,
    DetectionRule,
    Finding,
    Proposal,
    Purpose,
    Ruling,
    Session,
    SoundPlace,
    Track,
    Transcript,
    Word,
)
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.review_material import store_material
from pipeline.workflow.session_context import SessionContext
from tests.clock import now
from tests.web.making import make_workspace, serving, session_id_of

WORDS, PROPOSALS, MENTIONS, SESSIONS = 30_000, 2_000, 3, 500
LENGTH_S = 3 * 3600.0
DECISIONS = 60
_WORDS = ("so", "the", "build", "waits", "until", "your", "cache", "is", "warm", "and", "nobody", "asks")
_RSS = "VmHWM:"


def measure(folder: Path) -> Iterator[str]:
    """Fills a workspace, serves it in a process of its own, and looks at it with a browser."""
    workspace = make_workspace(folder / "ws")
    _fill(workspace, folder)
    with _served(folder / "ws") as (server, link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(link)
        yield f"a queue of {SESSIONS} sessions: {_loaded_s(page, link.partition('/login')[0] + '/queue'):.2f} s"
        yield from _review(page, link.partition("/login")[0], session_id_of(workspace), server.pid)
        yield f"memory of the server: {_peak_mb(server.pid):.0f} MB (goal 250)"
        browser.close()


def _review(page: Page, address: str, session_id: str, pid: int) -> Iterator[str]:
    review_page = f"{address}/sessions/{session_id}/review"
    page.goto(review_page)
    page.wait_for_selector("[data-ready]")  # the second time is that of somebody at work
    began = time.monotonic()
    page.goto(review_page)
    page.wait_for_selector("[data-ready]")
    ready_s = time.monotonic() - began
    paint_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    yield f"{WORDS} words, {PROPOSALS} proposals, first paint: {paint_ms / 1000:.2f} s (goal 1.00)"
    yield f"interactive: {ready_s:.2f} s (goal 1.50)"
    page.uncheck("#autoplay")
    page.focus("#proposals [tabindex='0']")
    yield f"first sound of a proposal: {_first_sound_s(page):.2f} s"
    before_s = _worked_s(pid)
    times = sorted(_decision_ms(page) for _ in range(DECISIONS))
    own_ms = (_worked_s(pid) - before_s) / DECISIONS * 1000
    median_ms = statistics.median(times)
    yield f"a decision answered: {median_ms:.0f} ms, the slowest of {DECISIONS} {times[-1]:.0f} ms (goal 50)"
    yield f"of which the server's own processor time: {own_ms:.0f} ms"


def _first_sound_s(page: Page) -> float:
    """From the request to the sound of a proposal with what is around it, two hours into the session."""
    ms: float = page.evaluate(
        """async () => { const began = performance.now(), at = 7200;
        const piece = await fetch(location.pathname.replace('review', `audio?from=${at}&to=${at + 3}`));
        await piece.arrayBuffer(); return performance.now() - began; }"""
    )
    return ms / 1000


def _decision_ms(page: Page) -> float:
    """From the key to the answer of the server."""
    with page.expect_response(lambda answer: answer.url.endswith("/decision")) as waiting:
        page.keyboard.press("a")
    timing = waiting.value.request.timing
    waiting.value.finished()
    return float(timing["responseStart"] - timing["requestStart"])


def _loaded_s(page: Page, address: str) -> float:
    page.goto(address)
    began = time.monotonic()
    page.goto(address)
    return time.monotonic() - began


@contextmanager
def _served(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.benchmarks.review_app", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            yield server, server.stdout.readline().strip()
        finally:
            server.stdin.close()


def _worked_s(pid: int) -> float:
    """The processor time of a process in seconds, whatever else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition(_RSS)[2].split()[0]) / 1024


def _fill(workspace: Workspace, folder: Path) -> None:
    small = Registry(workspace.db).session(session_id_of(workspace))
    tracks = tuple(_long_track(workspace, track, folder / f"{track.track_id}.flac") for track in small.tracks)
    large = replace(small, tracks=tracks, duration_s=LENGTH_S)
    Registry(workspace.db).rewrite(large)
    _analyse(workspace, large, WORDS, PROPOSALS)
    for number in range(SESSIONS - 1):
        session = replace(small, session_id=f"2026-11-19-{number:08x}", source_digest=f"{number:064x}")
        Registry(workspace.db).take(folder / f"s{number}", "f", session)
        proposals = review.propose(session.session_id, _findings(session, _transcript(session, 300), 30))
        workspace.stages.put("proposals", session.session_id, proposals, tuple[Proposal, ...])


def _analyse(workspace: Workspace, session: Session, words: int, proposals: int) -> None:
    ruling = consent.rule(session, workspace=workspace, now=now())
    assert isinstance(ruling, Ruling)
    context = SessionContext(session=session, workspace=workspace, ruling=ruling, known=Context(), now=now())
    transcript = _transcript(session, words)
    findings = _findings(session, transcript, proposals)
    store_material(context, review.attributed(transcript, {}, ruling, {}), findings)
    made = review.propose(session.session_id, findings)
    context.put("proposals", session.session_id, made, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)


def _long_track(workspace: Workspace, track: Track, path: Path) -> Track:
    tone = f"sine=frequency=300:sample_rate=16000:duration={LENGTH_S}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", tone, path], check=True)
    digest = workspace.vault.seal(path, kind="media").digest
    path.unlink()
    return replace(track, digest=digest, stream=0, duration_s=LENGTH_S, offset_s=0.0)


def _transcript(session: Session, count: int) -> Transcript:
    step_s = session.duration_s / count
    words = tuple(
        Word(
            start_s=n * step_s,
            end_s=(n + 0.9) * step_s,
            time_uncertainty_s=0.02,
            text=_WORDS[n % len(_WORDS)],
            probability=0.4 if n % 20 == 0 else 0.9,
            track_id=(track := session.tracks[n // 25 % len(session.tracks)]).track_id,
            participant_id=track.participant_id,
        )
        for n in range(count)
    )
    return Transcript(engine="bench", words=words)


def _findings(session: Session, transcript: Transcript, proposals: int) -> tuple[Finding, ...]:
    gap = len(transcript.words) // (proposals * MENTIONS)
    return tuple(
        Finding(
            finding_id=f"f-{n}",
            entity=f"person:{n % proposals}",
            label="PERSON",
            text=word.text,
            rule=DetectionRule.KNOWN_NAME,
            score=0.8,
            place=SoundPlace(
                track_id=word.track_id,
                start_s=word.start_s,
                end_s=word.end_s,
                time_uncertainty_s=0.02,
                words=(at, at + 1),
            ),
        )
        for n in range(proposals * MENTIONS)
        for at in [n * gap]
        for word in [transcript.words[at]]
    )


def _serve(root: Path) -> None:
    """Serves until its input ends; prints the link first."""
    with serving(Workspace.open(root)) as server:
        sys.stdout.write(f"{server.link('bench')}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    os.environ.setdefault("OFFRECORD_RUN__STABLE_FOR_S", "0")
    _serve(Path(sys.argv[1]))
