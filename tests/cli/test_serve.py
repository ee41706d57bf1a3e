"""The commands that open the review app to people and the consent form to participants."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.errors import Exit, UsageProblem
from pipeline.store import Workspace
from pipeline.web import serve
from pipeline.web.people import read_people
from pipeline.web.roles import WebRole
from tests.web.making import FORM, make_workspace, session_id_of


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("serve") / "ws")


def offrecord(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_each_person_gets_a_link_and_without_any_the_user_of_the_machine(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "_run", lambda *_, **__: None)
    done = offrecord("serve", "-w", workspace.root, "--person", "ana=reviewer", "--person", "lea=lead,dpo")
    assert done.exit_code == Exit.DONE
    lines = done.output.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["ana", "lea"]
    assert all("http://127.0.0.1:8484/login/" in line for line in lines)
    assert len(offrecord("serve", "-w", workspace.root, "--port", "9000").output.splitlines()) == 1


def test_roles_are_read_as_they_are_written() -> None:
    (lea,) = read_people(["lea=lead, dpo"], default="me")
    assert (lea.actor, set(lea.roles)) == ("lea", {WebRole.LEAD, WebRole.DPO})
    assert read_people([], default="me")[0].roles == set(WebRole)
    for wrong in ("ana", "ana=", "ana=boss", "=lead"):
        with pytest.raises(UsageProblem):
            read_people([wrong], default="me")


def test_the_review_app_is_never_served_to_others(workspace: Workspace) -> None:
    done = offrecord("serve", "-w", workspace.root, "--host", "0.0.0.0")
    assert done.exit_code == Exit.USAGE and "this machine only" in done.output


def test_a_port_that_is_taken_is_said_in_one_line(workspace: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = offrecord("serve", "-w", workspace.root, "--only-consent-form", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == Exit.TRY_AGAIN and "port" in done.output and "Traceback" not in done.output


def test_links_to_the_form_begin_with_the_public_address(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFRECORD_WEB__PUBLIC_URL", "https://consent.example")
    session_id = session_id_of(workspace)
    done = offrecord("consent", "invite", session_id, "--form", FORM, "-w", workspace.root, "--json")
    document = json.loads(done.stdout)
    assert len(document) > 1 and all(link["link"].startswith("https://consent.example/consent/") for link in document)
    one = offrecord("consent", "invite", session_id, "--form", FORM, "--email", "no", "-w", workspace.root)
    assert one.exit_code == Exit.USAGE
