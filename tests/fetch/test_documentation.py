"""What docs/fetching.md shows can be written so: its credentials file, its commands and its line for cron."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from pipeline.cli import main
from pipeline.errors import Exit
from pipeline.fetch import read_credentials
from tests.fetch.conftest import KEY, ROOT

PAGE = (ROOT / "docs" / "fetching.md").read_text("utf-8")
COMMANDS = [line for line in PAGE.splitlines() if re.match(r"(\S+ ){5,6}?offrecord fetch |offrecord fetch ", line)]


@pytest.mark.parametrize("platform", ["zoom", "teams", "meet"])
def test_the_credentials_file_of_the_page_is_one(platform: str, tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    key = {"client_email": "robot@x.example", "private_key": KEY.as_pem(private=True).decode()}
    for name, content in (("fetch.toml", block), ("key.json", json.dumps(key))):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(content, "utf-8")
    assert read_credentials(tmp_path / "fetch.toml", platform)


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_of_the_page_are_taken(line: str, tmp_path: Path) -> None:
    plain = re.sub(r"\$\(.*?\)", "2026-11-18", line.partition("offrecord fetch ")[2]).replace(
        "/srv/inbox", str(tmp_path)
    )
    words = shlex.split(plain)
    command = main.get_command(click.Context(main), "fetch")
    assert command is not None
    context = command.make_context("fetch", words if "-w" in words else [*words, "-w", str(tmp_path)])
    assert context.params["platform"] == "zoom"


def test_every_command_and_code_of_the_page_is_there() -> None:
    assert len(COMMANDS) == 3
    codes = re.findall(r"^\| (\d+) \| ", PAGE, re.M)
    assert len(codes) == 5 and {Exit(int(code)) for code in codes}
