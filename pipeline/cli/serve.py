"""The command that serves the review app, or the consent form alone."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.cli.common import open_workspace, workspace_option
from pipeline.errors import UsageProblem


@click.command()
@workspace_option
@click.option(
    "--person", "people", multiple=True, help="Print a link for this person, as NAME=ROLE,…; may be repeated."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8484, show_default=True, help="Where to listen.")
@click.option("--only-consent-form", is_flag=True, help="Serve the consent form alone, for participants.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --only-consent-form: where to listen.")
def serve(workspace: Path, people: tuple[str, ...], port: int, only_consent_form: bool, host: str) -> None:
    """Serve the review app on this machine, and print a link that logs in once."""
    from pipeline.web.people import read_people
    from pipeline.web.serve import LOOPBACK, ReviewServer, serve_form

    opened = open_workspace(workspace)
    if only_consent_form:
        serve_form(opened, host=host, port=port)
        return
    if host != LOOPBACK:
        raise UsageProblem("the review app is served on this machine only", action="leave out --host")
    if people and opened.settings.web.login != "local":
        raise UsageProblem("login links need web.login = local", action="leave out --person, or set web.login")
    server = ReviewServer(opened, read_people(people, default=getpass.getuser()), port=port)
    for line in server.lines:
        click.echo(line)
    server.run()
