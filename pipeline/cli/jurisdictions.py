"""``offrecord consent jurisdictions``: the rules of places, and the reviews of them."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option
from pipeline.lexicon.counted import counted


@click.group(cls=Group)
def jurisdictions() -> None:
    """List the rules of places, and record that they were reviewed."""


@jurisdictions.command("list")
@workspace_option
@json_option
def list_places(workspace: Path, as_json: bool) -> None:
    """List every place with its rule, and until when its review holds."""
    from pipeline.consent.evaluation.jurisdiction_reviews import rule_reviews

    emit(rule_reviews(open_workspace(workspace), now().date()), as_json)


@jurisdictions.command()
@click.argument("codes", nargs=-1)
@click.option("--by", "actor", required=True, help="Who reviewed the rules.")
@click.option("--source", required=True, help="What confirms them, as 'our counsel, 3 November 2027'.")
@workspace_option
@json_option
def review(codes: tuple[str, ...], actor: str, source: str, workspace: Path, as_json: bool) -> None:
    """Record that the rules of CODES, or of all places that are due, were reviewed and hold for another year."""
    from pipeline.consent.evaluation.jurisdiction_reviews import record_review

    confirmed = record_review(open_workspace(workspace), codes, by=actor, source=source, on=now().date())
    if as_json:
        emit({"reviewed": confirmed}, True)
    else:
        click.echo(f"{counted(len(confirmed), 'place')} reviewed, for a year" if confirmed else "no review is due")
