"""The JSON of an export is what its published schemas say, with hostile strings in every field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.export import RequestReport, Selection, manifest, report
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from pipeline.export.tables import group_table, mention_table
from tests.export.made import grouped, held, hostile_report, mention


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((files("pipeline.export") / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def rare_report() -> RequestReport:
    """Few customers, so that every cell that may be empty is."""
    mentions = [mention(n, area="", started_on=date(2026, month, 2)) for n, month in ((1, 5), (2, 11))]
    selection = Selection(since=date(2026, 1, 1), area="", hide_rare_sessions=True)
    return report(mentions, [grouped("Dry run", *mentions)], [held("s1", date(2026, 5, 2))], selection)


def unshared_report() -> RequestReport:
    """Words that may not be shown, beside some that may."""
    mentions = [mention(1), mention(2, is_quoted=False, title="A customer asks for something", quote="A customer")]
    return report(mentions, [grouped("Dry run", *mentions)], [], Selection(min_customers=1))


def lines(found: RequestReport, *, by_group: bool) -> Iterator[dict[str, Any]]:
    for line in render(found, "jsonl", ExportOptions(grouped=by_group)).decode().split("\n")[:-1]:
        yield json.loads(line)


@pytest.mark.parametrize("made", [hostile_report, rare_report, unshared_report])
@pytest.mark.parametrize(("name", "by_group"), [("quote", False), ("group", True)])
def test_every_line_fits_its_schema(made: Any, name: str, by_group: bool) -> None:
    checked = validator(name)
    rows = list(lines(made(), by_group=by_group))
    assert rows and [error.message for row in rows for error in checked.iter_errors(row)] == []
    for broken in ({**rows[0], "customer_name": "x"}, {**rows[0], "mentions" if by_group else "score": "many"}):
        assert not checked.is_valid(broken)


def test_the_schemas_name_the_columns_that_there_are() -> None:
    found = rare_report()
    assert validator("quote").schema["required"] == list(mention_table(found).names)
    quarters = [quarter.period for quarter in found.quarters]
    assert [*validator("group").schema["required"], *quarters] == list(group_table(found).names)


def test_the_manifest_fits_its_schema() -> None:
    for found in (hostile_report(), rare_report()):
        written = manifest.out_files({"requests.csv": render(found, "csv", ExportOptions())})
        body = json.loads(manifest.render(found, written, log_head="h", made_with={"encoder": "tfidf"}))
        assert [error.message for error in validator("manifest").iter_errors(body)] == []
        assert not validator("manifest").is_valid({**body, "selection": {**body["selection"], "since": "yesterday"}})
