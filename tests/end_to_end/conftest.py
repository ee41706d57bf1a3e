"""One night over all of sample_media/, as its operator would run it, shared by all tests of what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import models
from pipeline.cli import main
from tests.clock import LAUNCH, that_night
from tests.heard_once import heard_once

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "sample_media"
SESSIONS = SAMPLES / "sessions"


AT_ONCE = {"OFFRECORD_RUN__STABLE_FOR_S": "0"}
INLINE = ("--executor", "inline")
"""For runs of which no test asks how they start workers: they need not import everything in each of them."""


def offrecord(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in this process, but for a run with workers, which is a process of its own, and hears anew."""
    command = [str(argument) for argument in arguments]
    if command[0] == "run" and "inline" not in command:
        launched = [sys.executable, "-c", LAUNCH, *command]
        environment = os.environ | AT_ONCE
        return subprocess.run(launched, capture_output=True, text=True, env=environment, check=False, timeout=1800)
    with that_night(), heard_once():
        done = CliRunner().invoke(main, command, env=AT_ONCE if command[0] == "run" else None)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)


HAS_MODEL = models.state(models.find("whisper-base")).state == "present"
SPHINX = '[speech]\nengine = "sphinx"\n'
"""For tests that are not about what is heard, and where ``make setup`` found no source for the model."""


def prepared(folder: Path, settings: str = "" if HAS_MODEL else SPHINX) -> Path:
    """A workspace with the samples' term list and consent, with these settings or those of every new one."""
    assert offrecord("init", folder).returncode == 0
    if settings:
        (folder / "offrecord.toml").write_text(settings, "utf-8")
    shutil.copyfile(SAMPLES / "terms.toml", folder / "terms.toml")
    for answers, form in (("consent.csv", "consent-form.toml"), ("withdrawals.csv", "withdrawal-form.toml")):
        done = offrecord("consent", "import", SAMPLES / answers, "--form", SAMPLES / form, "--workspace", folder)
        assert done.returncode == 0, done.stderr
    return folder


@dataclass(frozen=True)
class Truth:
    """What was really said in one sample session, and what should come of it."""

    folder: str
    body: dict[str, Any]

    @property
    def status(self) -> str:
        return str(self.body["expect"]["status"])

    @property
    def secrets(self) -> list[str]:
        return [str(secret) for secret in self.body["secrets"]]

    @property
    def confidential(self) -> list[dict[str, Any]]:
        return list(self.body["confidential"])

    @property
    def removed(self) -> list[str]:
        return list(self.body["expect"]["removed"])


def truths() -> list[Truth]:
    paths = sorted((SAMPLES / "truth").glob("*.json"))
    return [Truth(path.stem, json.loads(path.read_text("utf-8"))) for path in paths]


TRUTHS = truths()
EVERY_SECRET = sorted({secret for truth in TRUTHS for secret in truth.secrets}, key=len, reverse=True)


@dataclass
class Night:
    """A workspace after a run, and what the run printed."""

    root: Path
    inbox: Path
    run: subprocess.CompletedProcess[str]

    @property
    def out(self) -> Path:
        return self.root / "out"

    @cached_property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.root / "reports" / "report.json").read_text("utf-8"))
        return report

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each sample folder."""
        rows = json.loads(offrecord("status", "--paths", "--json", "--workspace", self.root).stdout)
        return {Path(folder).name: row["id"] for row in rows for folder in row["folders"]}

    def line(self, folder: str) -> dict[str, Any]:
        return next(line for line in self.report["lines"] if line["id"] == self.ids[folder])

    def files(self) -> list[Path]:
        return sorted(path for path in self.out.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("night")
    inbox = shutil.copytree(SESSIONS, folder / "inbox")
    root = prepared(folder / "ws")
    return Night(root, inbox, offrecord("run", inbox, "--workspace", root))
