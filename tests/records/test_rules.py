"""The registry of detection rules against the documentation, and what each stage does with what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.records import Context, DetectionRule, Finding, KnownPerson, Rank, TextPlace
from pipeline.review import propose
from pipeline.store import Workspace
from pipeline.store.codec import decode, encode
from pipeline.workflow.code_permission import scan_code

DOCS = (Path(__file__).parents[2] / "docs" / "detection.md").read_text("utf-8")
PLACE = TextPlace(surface="chat", index=0, start_char=0, end_char=3)


def finding(rule: DetectionRule, entity: str = "person:ana lima", *, start_char: int = 0, text: str = "Ana") -> Finding:
    place = TextPlace(surface="chat", index=0, start_char=start_char, end_char=start_char + len(text))
    return Finding(finding_id="f", entity=entity, label="PERSON", text=text, rule=rule, score=0.9, place=place)


def test_every_rule_and_nothing_else_is_in_the_documentation() -> None:
    table = DOCS.partition("## Rules")[2].partition("##")[0]
    assert re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE) == list(DetectionRule)


def test_what_was_stored_under_a_rule_is_read_again_and_an_unknown_rule_is_refused() -> None:
    stored = encode(finding(DetectionRule.PLACE_OF_A_NAME))
    assert b'"rule":"place of a name"' in stored
    assert decode(stored, Finding) == finding(DetectionRule.PLACE_OF_A_NAME)
    with pytest.raises(ValueError, match="rule"):
        decode(stored.replace(b"place of a name", b"place of a nome"), Finding)


@pytest.mark.parametrize("rule", DetectionRule)
def test_what_is_listed_holds_everywhere_and_outranks_what_is_not(rule: DetectionRule) -> None:
    spec = rule.spec
    if spec.listed:
        assert spec.across_borders and spec.on_ocr and spec.on_code
        assert spec.rank >= Rank.KNOWN_ADDRESS
    elif rule is not DetectionRule.KNOWN_ELSEWHERE:  # a name in full, which the allow list of this session frees
        assert spec.rank < Rank.KNOWN_ADDRESS
    assert spec.right is None or 0.0 < spec.right <= 1.0


@pytest.mark.parametrize(
    ("code", "blocked"),
    [
        ("# ask Ana Lima", True),
        ("# mail ana@vantrexa.example", True),
        ("# written by Graham Wilkerson", True),
        ("password = 'hunter2'", True),
        ("# so we at floor like it", False),  # in talk a misheard "Zelqor"
        ("x = [a, b, c, d, e]", False),
        ("if dot == slash: at = 5", False),
    ],
)
def test_code_is_blocked_by_what_holds_in_code_and_not_by_what_holds_in_talk(
    code: str, blocked: bool, tmp_path: Path, new_workspace: Callable[[Path], Workspace]
) -> None:
    context = Context(participants=(KnownPerson(name="Ana Lima"),), companies=("Zelqor",))
    scanned = scan_code(code.encode(), context, workspace=new_workspace(tmp_path / "ws"))
    assert bool(scanned.blocked_by) is blocked, scanned


@pytest.mark.parametrize("rule", [DetectionRule.KNOWN_NAME, DetectionRule.NICKNAME, DetectionRule.HEARD_BEFORE])
def test_a_person_known_beforehand_is_numbered_before_a_stranger_by_whatever_form_they_are_found(
    rule: DetectionRule,
) -> None:
    stranger = finding(DetectionRule.NAME_MODEL, "person:~wexley", text="Wexley")
    proposals = propose("s1", [stranger, finding(rule, start_char=20)])
    assert [proposal.entity for proposal in proposals] == ["person:ana lima", "person:~wexley"]


def test_no_other_module_writes_a_rule_as_a_string() -> None:
    pipeline = Path(__file__).parents[2] / "pipeline"
    others = {
        (path.relative_to(pipeline).as_posix(), node.value)
        for path in pipeline.rglob("*.py")
        if path.name != "rules.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in set(DetectionRule)
    }
    assert others == set()
