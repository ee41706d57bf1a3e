"""The built wheel carries everything it loads: it runs where the checkout is not."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_it_carries_templates_migrations_tables_and_models(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "pipeline/templates/report.html",
        "pipeline/store/migrations/env.py",
        "pipeline/store/migrations/versions/0001_first.py",
        "pipeline/consent/evaluation/jurisdictions.toml",
        "pipeline/_models/models.toml",
        "pipeline/_models/g2p/g2p.npz",
    }
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "sample_media/"))]


def test_it_runs_from_its_own_files(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(place)
    environment = os.environ | {"PYTHONPATH": str(place), "OFFRECORD_SPEECH__ENGINE": "sphinx"}
    code = (
        "import sys, pipeline\n"
        f"assert pipeline.__file__.startswith({str(place)!r}), pipeline.__file__\n"
        "from pipeline.cli import main\n"
        "main()\n"
    )
    for arguments in (
        ["init", "ws"],
        ["models", "verify"],
        ["consent", "jurisdictions", "review", "--by", "a test", "--source", "none", "--workspace", "ws"],
        ["run", "--workspace", "ws"],
        ["doctor", "--workspace", "ws"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
