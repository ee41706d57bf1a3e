"""The page on consent says what the code does."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from pipeline.consent.evaluation.explanations import REASONS
from pipeline.consent.evaluation.rule_tables import Inputs
from pipeline.consent.log.events import EventState
from pipeline.consent.notices.form_mapping import read_form
from pipeline.consent.notices.forms import Form, FormOptions

PAGE = (Path(__file__).parents[2] / "docs" / "consent.md").read_text("utf-8")


def test_every_rule_and_its_reason_is_there() -> None:
    assert all(f"| {rule} | {reason} |" in PAGE for rule, reason in REASONS.items())


def test_every_input_and_value_is_there() -> None:
    assert all(f"`{field.name}`" in PAGE for field in fields(Inputs))


def test_the_example_mapping_is_one(tmp_path: Path) -> None:
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "form.toml").write_text(example, "utf-8")
    assert read_form(tmp_path / "form.toml").asks
    assert set(tomllib.loads(example)) == set(Form.model_fields)
    assert set(tomllib.loads(example)["options"]) == set(FormOptions.model_fields)
    assert all(state in example for state in EventState)
