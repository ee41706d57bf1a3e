"""A checkpoint gives arrays, and nothing that its pickle names is ever run."""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.diarization.checkpoint import read_checkpoint
from pipeline.errors import ConfigurationError

VALUES = np.arange(12, dtype=np.float32)


class Named:
    """Stands in a pickle for a function or class of another package, by name alone."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """Is unpickled by calling something."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.function, self.arguments = function, arguments


class Storage:
    """A tensor's numbers, kept beside the pickle."""


class _Writer(pickle._Pickler):  # the one in Python, whose way of naming things can be changed
    write: Callable[[bytes], object]

    def persistent_id(self, obj: object) -> object:
        return (
            ("storage", Named("torch", "FloatStorage"), "0", "cpu", len(VALUES)) if isinstance(obj, Storage) else None
        )

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Named):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, Call):
            self.save(obj.function)
            self.save(obj.arguments)
            self.write(pickle.REDUCE)
        else:
            vars(pickle._Pickler)["save"](self, obj, save_persistent_id)


def written(path: Path, content: object) -> Path:
    """A file in PyTorch's format that holds something."""
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("archive/data.pkl", "w") as file:
            _Writer(file, protocol=2).dump(content)
        archive.writestr("archive/data/0", VALUES.tobytes())
    return path


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Call:
    rebuild = Named("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, Storage(), offset, shape, strides, False, OrderedDict())


def test_tensors_are_read_with_their_offset_and_strides(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pt", {"plain": tensor(0, (3, 4), (4, 1)), "turned": tensor(2, (2, 3), (1, 2))})
    arrays = read_checkpoint(path)
    assert np.array_equal(arrays["plain"], VALUES.reshape(3, 4))
    assert np.array_equal(arrays["turned"], [[2, 4, 6], [3, 5, 7]])


def test_nothing_that_a_pickle_names_is_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    harm = Call(Named("pathlib", "Path.touch"), str(ran)), Call(Named("os", "system"), f"touch {ran}")
    path = written(tmp_path / "a.pt", {"state_dict": {"w": tensor(0, (12,), (1,))}, "beside": harm})
    assert np.array_equal(read_checkpoint(path, lambda whole: whole["state_dict"])["w"], VALUES)
    assert not ran.exists()


@pytest.mark.parametrize(
    "content",
    [{"w": tensor(0, (4, 4), (4, 1))}, {"w": tensor(-1, (2,), (1,))}, {"w": Call(Named("os", "getcwd"))}, "text"],
    ids=["too long", "before it", "no tensor", "no checkpoint"],
)
def test_what_is_no_tensor_is_an_error_that_names_the_command(tmp_path: Path, content: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_checkpoint(written(tmp_path / "a.pt", content))
    assert "models pull voices" in (caught.value.action or "")


def test_a_file_that_is_cut_off_is_the_same_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pt", {"w": tensor(0, (12,), (1,))})
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ConfigurationError):
        read_checkpoint(path)
