"""Whether ffmpeg, ffprobe and tesseract are there, which versions they are, and how to get them."""

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
READER = "tesseract"
READER_INSTALL = {"Darwin": "brew install tesseract"}
READER_INSTALL_LINUX = "apt-get install tesseract-ocr (or dnf install tesseract)"
LANGUAGE = "eng"


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


@lru_cache(maxsize=1)
def reader() -> Tool:
    """The program that reads writing in pictures: without it, or without its English, no picture can be read."""
    install = READER_INSTALL.get(platform.system(), READER_INSTALL_LINUX)
    version = _version(READER, "--version", 1)
    known = _output(READER, "--list-langs").split() if version else []
    return Tool(name=READER, version=version if LANGUAGE in known else None, install=install)


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


def _version(name: str, option: str = "-version", place: int = 2) -> str | None:
    words = _output(name, option).split()
    return words[place] if len(words) > place else None


def _output(name: str, option: str) -> str:
    """What a program prints for an option; nothing where it is missing or fails."""
    path = shutil.which(name)
    if path is None:
        return ""
    try:
        done = subprocess.run([path, option], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
