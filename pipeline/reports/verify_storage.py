"""Whether the stage results and copies of renditions in object storage are there and as they were put; and orphans."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lexicon.counted import counted
from pipeline.reports.check_result import CheckResult, listed_ids
from pipeline.store import Workspace, releases
from pipeline.store.bucket_results import BucketResults
from pipeline.store.rendition_copies import RenditionCopies
from pipeline.workflow.round_robin import MEGABYTE, next_round


def verify_storage(workspace: Workspace, *, megabytes: int | None) -> Iterator[CheckResult]:
    """Reads every stage result and every copy of a rendition, many at once, and lists both places.

    With ``megabytes`` nothing is listed: so much of the stage results is read, on from the last time, and of the copies
    only whether there are rows of them.
    """
    if (bucket := workspace.stages.store.bucket) is not None:
        yield from _results(bucket) if megabytes is None else _results_in_turn(workspace, bucket, megabytes)
    if (copies := workspace.rendition_copies) is not None:
        yield from _copies(workspace, copies, is_read=megabytes is None)


def _results(bucket: BucketResults) -> Iterator[CheckResult]:
    damaged = list(bucket.unreadable(bucket.names()))
    yield _damage("stage results in object storage, missing or changed", damaged)
    yield _orphans("stage results in object storage, of nothing", len(bucket.orphans(bucket.listed())))


def _results_in_turn(workspace: Workspace, bucket: BucketResults, megabytes: int) -> Iterator[CheckResult]:
    sizes = bucket.sizes()
    tonight = next_round(workspace, "stage results", sizes, size_of=sizes.__getitem__, limit=megabytes * MEGABYTE)
    damaged = list(bucket.unreadable(tonight))
    yield _damage("stage results in object storage, missing or changed", damaged)
    found = f"{len(tonight)} of {counted(len(sizes), 'stage result')}"
    yield CheckResult(what="stage results in object storage, checked", ok=True, found=found)


def _copies(workspace: Workspace, copies: RenditionCopies, *, is_read: bool) -> Iterator[CheckResult]:
    known = {(copy.place, copy.proof): copy for copy in copies.published()}
    published = releases.published_proofs(workspace.ledger)
    without = [place for place, proof in published.items() if (place, proof) not in known]
    damaged = [copy.place for copy in copies.unreadable(known.values())] if is_read else []
    yield _damage("copies of renditions, missing or changed", [*without, *damaged])
    if is_read:
        yield _orphans("copies of renditions, of nothing", len(copies.orphans(copies.blobs.names())))


def _damage(what: str, names: list[str]) -> CheckResult:
    return CheckResult(what=what, ok=not names, found=listed_ids(names))


def _orphans(what: str, count: int) -> CheckResult:
    return CheckResult(
        what=f"{what} (orphans: `offrecord storage copy` deletes them)",
        ok=True,
        found=counted(count, "blob") if count else "none",
    )
