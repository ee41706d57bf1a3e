"""Prepares a checkout, step by step: the environment from the lock, the programs that media needs, the models.

``make`` calls it with the steps' names, a developer's machine and CI alike. It needs nothing but Python's own library,
since it runs before anything is installed, and stands beside ``run`` because the package that is shipped has no use
for it. Each step prints one line; what pip and apt print is in build/setup.log, which an error names.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
READY = VENV / ".ready"
LOCK = ROOT / "requirements.lock"
LOG = ROOT / "build" / "setup.log"
SWIFT = ROOT / ".venv-swift"
SWIFT_LOCK = ROOT / "tests" / "swift" / "requirements.lock"
MODELS = ("whisper-base", "en-core-web-sm", "voices", "all-minilm-l6-v2")
SERVER = ("initdb", "pg_ctlcluster")  # Debian keeps the first off the path, others have no second
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

PIP = (str(PYTHON), "-m", "pip")
# Byte code is left to the first import: half of what is installed is never imported, and it takes half of the time.
INSTALL = ("install", "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-deps", "--no-compile")
# Settings of the user's pip or Python that would put packages elsewhere than into the environment.
ASTRAY = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PYTHONPATH", "PYTHONHOME")
LAST_LINES = 8


class StepFailed(Exception):
    """A step that could not be done; its text is for a person."""


def environment() -> str:
    """A virtual environment with exactly what the lock pins, made anew unless it was finished for this very lock."""
    wanted = fingerprint()
    if not READY.is_file() or READY.read_text("utf-8") != wanted:
        # What an interrupted set-up left is not mended: pip may have stopped in the middle of a package.
        VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV, ignore_errors=True)
        run(
            [sys.executable, "-m", "venv", str(VENV)], "Python cannot make a virtual environment (Debian: python3-venv)"
        )
        counted = Counter("environment", sum(line[:1].isalnum() for line in LOCK.read_text("utf-8").splitlines()))
        run([*PIP, *INSTALL, "--require-hashes", f"--requirement={LOCK}"], "pip cannot install the lock", counted)
        run([*PIP, "check", "--disable-pip-version-check"], "the packages of the lock do not fit together")
        run([*PIP, *INSTALL, "--no-build-isolation", f"--editable={ROOT}"], "pip cannot install the project")
        unfinished = READY.with_suffix(".new")
        unfinished.write_text(wanted, "utf-8")
        unfinished.replace(READY)
    return f"ok (Python {'.'.join(map(str, sys.version_info[:3]))})"


def fingerprint() -> str:
    """What an environment is made of; a checkout that was moved needs a new one, since its scripts hold its path."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    parts = (LOCK.read_text("utf-8"), repr(project["project"]), repr(project["build-system"]), sys.version, str(ROOT))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def ffmpeg() -> str:
    """The programs ffmpeg and ffprobe, without which nothing can be done."""
    install("ffmpeg", ("ffmpeg", "ffprobe"))
    return "ok"


def tesseract() -> str:
    """The reader of pictures; without it pictures are left out."""
    try:
        install("tesseract-ocr", ("tesseract",))
    except StepFailed as error:
        return f"missing, so pictures are left out: {error}"
    return "ok"


def browser() -> str:
    """A Chromium for the tests of the review page; without it they fail and say so."""
    if not any(map(shutil.which, BROWSERS)):
        try:
            install("chromium", BROWSERS[:1])
        except StepFailed as error:
            return f"missing, so the tests of the review page fail: {error}"
    return "ok"


def provider() -> str:
    """The OpenID Connect provider that the tests of logging in start; without it they are left out and say so."""
    folder = ROOT / "tests" / "web" / "oidc"
    ready, wanted = folder / "node_modules" / ".ready", (folder / "package-lock.json").read_text("utf-8")
    if not ready.is_file() or ready.read_text("utf-8") != wanted:
        try:
            install("npm", ("node", "npm"))
            # The lock has a digest for each package and no address: they come from the registry that npm is set up for.
            run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--prefix={folder}"], "npm cannot install"
            )
        except StepFailed as error:
            return f"missing, so the tests of logging in at a provider are left out: {error}"
        ready.write_text(wanted, "utf-8")
    return "ok"


def postgresql() -> str:
    """The PostgreSQL server that tests start for themselves; without it they are left out and say so."""
    if not any(map(shutil.which, SERVER)):
        try:
            install("postgresql", SERVER[1:])
        except StepFailed as error:
            return f"missing, so the tests on PostgreSQL are left out: {error}"
    return "ok"


def object_storage() -> str:
    """The S3 server that tests start for themselves, OpenStack Swift in an environment of its own; else left out."""
    ready, wanted = SWIFT / ".ready", SWIFT_LOCK.read_text("utf-8") + sys.version
    if not ready.is_file() or ready.read_text("utf-8") != wanted:
        try:
            SWIFT.unlink() if SWIFT.is_symlink() else shutil.rmtree(SWIFT, ignore_errors=True)
            run([sys.executable, "-m", "venv", str(SWIFT)], "Python cannot make a virtual environment")
            pip = [str(SWIFT / "bin" / "python"), "-m", "pip", *INSTALL]
            run([*pip, "--require-hashes", f"--requirement={SWIFT_LOCK}"], "pip cannot install Swift")
        except StepFailed as error:
            return f"missing, so the tests of object storage are left out: {error}"
        ready.write_text(wanted, "utf-8")
    return "ok"


def models() -> str:
    """The models that are pulled once, into the user's models folder; without them less good ones are used."""
    command = [str(VENV / "bin" / "offrecord"), "models", "pull", *MODELS]
    shown = sys.stderr.isatty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=None if shown else subprocess.PIPE, text=True)
    note(done.stdout + (done.stderr or ""))
    arrived = ", ".join(line.partition(" from ")[0] for line in done.stdout.splitlines()) or "none"
    problem = (done.stderr or "").strip().removeprefix("offrecord: ")
    return arrived if done.returncode == 0 else f"{arrived}; {problem or 'see above'}"


STEPS: dict[str, Callable[[], str]] = {
    step.__name__: step
    for step in (environment, ffmpeg, tesseract, browser, provider, postgresql, object_storage, models)
}


def install(package: str, programs: Sequence[str]) -> None:
    """Has the system's package manager install what is missing; raises ``StepFailed`` with the command for a person."""
    if all(map(shutil.which, programs)):
        return
    if not shutil.which("apt-get"):
        helper = "brew" if shutil.which("brew") else "sudo dnf" if shutil.which("dnf") else "your package manager's"
        raise StepFailed(f"{package} is not installed; {helper} install {package}")
    root = [] if os.geteuid() == 0 else ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
    if root and not shutil.which("sudo"):
        raise StepFailed(f"{package} is not installed; apt-get install {package} as root")
    run([*root, "apt-get", "update", "-q"], "apt-get cannot update its lists", print_progress)
    quiet = [*root, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*quiet, "apt-get", "install", "-y", "-q", package], f"apt-get cannot install {package}", print_progress)
    if missing := [program for program in programs if not shutil.which(program)]:
        raise StepFailed(f"{package} is installed and there is no {missing[0]}")


def run(command: Sequence[str], problem: str, watch: Callable[[str], None] = lambda line: None) -> None:
    """Runs a command with what it prints in the log; raises ``StepFailed`` with its last lines where it fails."""
    settings = {name: value for name, value in os.environ.items() if name not in ASTRAY} | {"PIP_USER": "0"}
    note(f"$ {' '.join(command)}\n")
    lines: list[str] = []
    with subprocess.Popen(
        command,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as running:
        for line in running.stdout or ():
            lines.append(line)
            note(line)
            watch(line.strip())
    print_progress("")
    if running.returncode:
        last = "".join(f"    {line}" for line in lines[-LAST_LINES:])
        raise StepFailed(f"{problem}.\n{last}All that it said is in {LOG}")


def note(text: str) -> None:
    """Writes to the log."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(text)


class Counter:
    """Shows on a terminal how many of the packages pip has come to, and what it downloads."""

    def __init__(self, step: str, total: int) -> None:
        self.step, self.total, self.count = step, total, 0

    def __call__(self, line: str) -> None:
        """Takes one line that pip prints."""
        self.count += line.startswith("Collecting ")
        what = line.split(" ", 1)[1] if line.startswith(("Collecting ", "Downloading ")) else line
        print_progress(f"{self.step} … {self.count} of {self.total}: {what}")


def print_progress(text: str) -> None:
    """Puts one line on the terminal in the place of the one before; nothing where there is no terminal."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{text[:width]}", end="", flush=True)


def main(names: Sequence[str]) -> int:
    """Does the steps in order; 4, the code for a missing tool, at the first that fails."""
    LOG.unlink(missing_ok=True)
    for name in names:
        try:
            print_progress(f"{name} …")
            outcome = STEPS[name]()
            print_progress("")
            print(f"{name} … {outcome}", flush=True)
        except StepFailed as error:
            print(f"{name} … failed: {error}", file=sys.stderr)
            return 4
        except KeyboardInterrupt:
            print(f"\n{name} … interrupted; run make again to go on", file=sys.stderr)
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
