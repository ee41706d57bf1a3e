"""Whether ffmpeg and ffprobe are there, which versions they are, and how to get them."""

from __future__ import annotations

import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigurationError

INSTALL = {"Darwin": "brew install ffmpeg"}
INSTALL_LINUX = "apt-get install ffmpeg (or dnf install ffmpeg-free)"
TOOLS = ("ffmpeg", "ffprobe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One outside program: its version, or None where it is missing."""

    name: str
    version: str | None
    install: str


@lru_cache(maxsize=1)
def tools() -> tuple[Tool, ...]:
    """What ``doctor`` says about the programs that media needs; never raises."""
    install = INSTALL.get(platform.system(), INSTALL_LINUX)
    return tuple(Tool(name=name, version=_version(name), install=install) for name in TOOLS)


def require() -> None:
    """Raise ``ConfigurationError`` with the install command unless every program is there."""
    for tool in tools():
        if tool.version is None:
            raise ConfigurationError(f"{tool.name} is missing", action=f"install it: {tool.install}")


@lru_cache(maxsize=1)
def network_off() -> tuple[str, ...]:
    """The words before a command line that take the network from it; empty where the system does not allow that."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    words = (unshare, "-rn", "--")
    try:
        done = subprocess.run([*words, "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return words if done.returncode == 0 else ()


def _version(name: str) -> str | None:
    path = shutil.which(name)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "-version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.decode("utf-8", "replace").split()
    return words[2] if done.returncode == 0 and len(words) > 2 else None
