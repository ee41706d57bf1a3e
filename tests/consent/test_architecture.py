"""Who may import whom inside consent: modules and packages form no circle, also not for types alone."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PIPELINE = Path(__file__).parents[2] / "pipeline"
MODULES = {
    ".".join(path.relative_to(PIPELINE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (PIPELINE / "consent").rglob("*.py")
}


def imported_by(module: str) -> set[str]:
    """The modules of consent that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline.consent"):
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else node.module for name in names}
    return found - {module}


def package_of(module: str) -> str:
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_of_consent_is_in_a_circle() -> None:
    assert circle({module: imported_by(module) for module in MODULES}) == []


def test_no_package_of_consent_is_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        for other in imported_by(module):
            if package_of(module) != package_of(other):
                graph.setdefault(package_of(module), set()).add(package_of(other))
    assert circle(graph) == []
    assert graph["pipeline.consent.evaluation"] == {"pipeline.consent.log", "pipeline.consent.notices"}


def test_what_decides_cannot_write() -> None:
    """The tables, facts and modifiers know neither the database nor a workspace: they work on a snapshot alone."""
    pure = ("rule_tables", "consent_state", "evaluate", "facts", "modifiers", "intervals", "deadline", "notice_reach")
    for name in pure:
        tree = ast.parse(MODULES[f"pipeline.consent.evaluation.{name}"].read_text("utf-8"))
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(module.startswith(("sqlalchemy", "pipeline.store")) for module in froms), name
