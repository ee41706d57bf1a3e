"""PyTorch checkpoints as plain arrays: a pickle that may name a tensor's parts and nothing else, in a zip file."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ConfigurationError

Array = npt.NDArray[np.float32]
_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Inert:
    """Stands for an object that a checkpoint carries beside its tensors: it takes what it is given and does nothing."""

    def __init__(self, *given: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...


class _ArraysOnly(pickle.Unpickler):
    """Reads tensors as arrays. Nothing else that a pickle may name is ever imported, so that none of it can run."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(archive.open(f"{root}/data.pkl"))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Any:
        """The class or function of that name in a pickle: three of them, and ``_Inert`` for every other."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuilt
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        return _Inert

    def persistent_load(self, pid: Any) -> npt.NDArray[Any]:
        """The numbers of one storage, shape (n,); ``pid`` is ("storage", type, key, device, count)."""
        _, dtype, key, _, count = pid
        with self._archive.open(f"{self._root}/data/{key}") as storage:
            return np.frombuffer(storage.read(), dtype, count)


def _rebuilt(
    storage: npt.NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> npt.NDArray[Any]:
    """A tensor of a storage; the strides count numbers, not bytes."""
    if not shape:
        return storage[offset : offset + 1].reshape(())
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if offset < 0 or min(strides) < 0 or last >= len(storage):
        raise ValueError("a tensor reaches beyond its storage")
    inside = tuple(stride * storage.itemsize for stride in strides)
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, inside).copy()


def read_checkpoint(path: Path, part: Callable[[Any], Any] = lambda whole: whole) -> Mapping[str, Array]:
    """The arrays of a checkpoint in PyTorch's zip format by name, float32; ``part`` picks them out of what it holds.

    Raises ``ConfigurationError`` where the file is no such checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            root = next(name for name in archive.namelist() if name.endswith("/data.pkl")).rpartition("/")[0]
            arrays = part(_ArraysOnly(archive, root).load())
        return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, EOFError) as error:
        raise _unreadable() from error
    except (pickle.UnpicklingError, zipfile.BadZipFile, IndexError) as error:
        raise _unreadable() from error


def _unreadable() -> ConfigurationError:
    return ConfigurationError("the model of voices cannot be read", action="run `offrecord models pull voices`")
