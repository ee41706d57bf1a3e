"""What originals in a bucket cost beside the folder: to seal, open, check and erase; and one among a million."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.settings.storage import StoredKind
from pipeline.store import Workspace
from pipeline.store.stage_cache import StageCache
from tests import object_server
from tests.object_server import KEY, SECRET

SMALL, SMALL_BYTES, LARGE_BYTES = 50, 1 << 20, 200 << 20
MANY = 1_000_000
RESULTS, RESULT_BYTES = 300, 20_000


def measure(folder: Path) -> Iterator[str]:
    """Seals, opens, checks and erases the same files in a folder and in a bucket of a server on this machine."""
    os.environ |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    sources = [_random(folder / f"{number}", SMALL_BYTES) for number in range(SMALL)]
    sources.append(_random(folder / "large", LARGE_BYTES))
    with object_server.running() as server:
        lines = server.lines()
        for name, settings in (("folder", ""), ("bucket", lines), ("folder", ""), ("bucket", server.lines())):
            workspace = Workspace.create(folder / f"{name}-{secrets.token_hex(2)}", settings)
            yield f"{name}: {', '.join(_figures(workspace, sources))}"
        yield f"one of {SMALL + 1} files in a bucket: {_one(workspace)}"
        _fill(workspace)
        yield f"one of {MANY:,} data keys: {_one(workspace)}"
    yield from measure_results(folder)


def _figures(workspace: Workspace, sources: list[Path]) -> Iterator[str]:
    vault, digests = workspace.vault, list[str]()
    size = sum(source.stat().st_size for source in sources)
    megabytes = size / 1e6
    seconds = _seconds(lambda: digests.extend(vault.seal(source, kind="media").digest for source in sources))
    yield f"{len(sources)} files of {megabytes:.0f} MB sealed {seconds:.1f} s ({megabytes / seconds:.0f} MB/s)"
    with vault.in_use():
        seconds = _seconds(lambda: [vault.path(digest) for digest in digests])
    yield f"opened {seconds:.1f} s ({megabytes / seconds:.0f} MB/s)"
    yield f"checked {_seconds(vault.damaged):.1f} s"
    yield f"half erased {_seconds(lambda: list(vault.erase_each(digests[::2]))):.1f} s"


def _one(workspace: Workspace) -> str:
    """Milliseconds for what touches one file."""
    vault = workspace.vault
    digest = vault.seal(_random(workspace.scratch / "one", 1000), kind="media").digest
    figures = {
        "looked for": lambda: vault.has(digest),
        "opened": lambda: vault.path(digest),
        "searched for traces": lambda: vault.has_trace(digest),
        "erased": lambda: vault.erase(digest),
    }
    return ", ".join(f"{name} {_seconds(ask) * 1000:.0f} ms" for name, ask in figures.items())


def _fill(workspace: Workspace) -> None:
    """As many data keys as a vault of a million files has, of files that are not there."""
    wrapped = secrets.token_bytes(60)
    with workspace.vault.keys.writing() as connection:
        rows = ((secrets.token_hex(32), "other", wrapped, 0) for _ in range(MANY))
        connection.executemany("INSERT INTO data_key (owner, kek_id, wrapped, wrapped_at) VALUES (?, ?, ?, ?)", rows)


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def measure_results(folder: Path) -> Iterator[str]:
    """Puts stage results into a folder and into a bucket, and searches all of them with so many requests at once."""
    os.environ |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    with object_server.running() as server:
        lines = server.lines(kinds=(StoredKind.STAGE_RESULTS,)) + "stage_cache_mb = 0\n"
        for name, settings in (("folder", ""), ("bucket", lines)):
            stages = Workspace.create(folder / f"{name}-results", settings).stages
            seconds = _seconds(partial(_put_results, stages))
            yield f"{name}: {RESULTS} results of {RESULT_BYTES // 1000} kB put, each {seconds / RESULTS * 1000:.0f} ms"
            for at_once in (1, 8, 16, 1, 8, 16) if settings else (1,):
                seconds = _seconds(partial(_search_results, stages, at_once))
                yield f"{name}: all read, {at_once} at once: {seconds / RESULTS * 1000:.1f} ms each"


def _put_results(stages: StageCache) -> None:
    for number in range(RESULTS):
        stages.put("speech", str(number), secrets.token_hex(RESULT_BYTES // 2))


def _search_results(stages: StageCache, at_once: int) -> None:
    assert all(content for _, content in stages.opened_each(stages.files(), at_once=at_once))


def _random(path: Path, size: int) -> Path:
    path.write_bytes(secrets.token_bytes(size))
    return path
