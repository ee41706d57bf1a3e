"""One file over HTTP: on from what is there already, and no wait for a server that does not answer."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from pipeline import __version__

_BLOCK = 1 << 16
_STALL_S = 30.0
_ATTEMPTS = 4


class Unreachable(Exception):
    """A source that has not got the model, or does not answer; another one may be tried."""


def await_answer(url: str, answer_s: float) -> None:
    """Raises ``Unreachable`` unless the server answers within ``answer_s``.

    A thread bounds the look-up of its name too, which has no time limit of its own.
    """
    outcome: list[str] = []

    def ask() -> None:
        try:
            _open(url, answer_s, method="HEAD").close()
            outcome.append("")
        except Unreachable as error:
            outcome.append(str(error))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(answer_s)
    problem = outcome[0] if outcome else "does not answer"
    if problem:
        raise Unreachable(problem)


def download(url: str, part: Path, size: int) -> None:
    """Fetches a URL into ``part``, on from what is there, and no more than a byte over ``size``.

    Raises ``Unreachable`` if it breaks off too often. What has come is not checked: a server may send another file.
    """
    problem = Unreachable("breaks off")
    for _ in range(_ATTEMPTS):
        try:
            if _go_on(url, part, size):
                return
        except Unreachable as error:
            problem = error
    raise problem


def _go_on(url: str, part: Path, size: int) -> bool:
    """Whether all that the server has is here now."""
    begin = part.stat().st_size if part.exists() else 0
    if begin >= size:
        return True
    answer = _open(url, _STALL_S, start=begin)
    # A server that knows no ranges sends the whole file again.
    with answer, part.open("ab" if answer.status == 206 else "wb") as out:
        while out.tell() <= size:
            with _as_unreachable():
                block = answer.read(_BLOCK)
            if not block:
                return not answer.length
            out.write(block)
    return True


def _open(url: str, timeout_s: float, *, method: str = "GET", start: int = 0) -> HTTPResponse:
    headers = {"User-Agent": f"offrecord/{__version__}"} | ({"Range": f"bytes={start}-"} if start else {})
    request = urllib.request.Request(url, headers=headers, method=method)
    with _as_unreachable():
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)
        return answer


@contextmanager
def _as_unreachable() -> Iterator[None]:
    """What goes wrong on the way; what goes wrong with our own disk stays an ``OSError``."""
    try:
        yield
    except urllib.error.HTTPError as error:
        raise Unreachable(f"answers {error.code}") from error
    except urllib.error.URLError as error:
        why = getattr(error.reason, "strerror", None) or type(error.reason).__name__
        raise Unreachable(f"cannot be reached ({why})") from error
    except TimeoutError as error:
        raise Unreachable("does not answer") from error
    except (OSError, HTTPException) as error:
        raise Unreachable(f"breaks off ({type(error).__name__})") from error
