"""Many requests of a store at once, as many as are allowed: a bucket answers each after tens of milliseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_concurrently(work: Callable[[T], R], items: Iterable[T], *, at_once: int) -> Iterator[R]:
    """What ``work`` makes of each item, in their order; never more than ``at_once`` are begun and not taken yet.

    Raises what the first of them raises; then no more are begun.
    """
    if at_once == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(at_once) as threads:
        begun = deque[Future[R]]()
        try:
            for item in items:
                if len(begun) == at_once:
                    yield begun.popleft().result()
                begun.append(threads.submit(work, item))
            while begun:
                yield begun.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)
