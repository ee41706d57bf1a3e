"""A changed way to make something, or another model, makes every session due that may rest on it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from pipeline import embeddings, faces, models, tag
from pipeline.models import Model
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import state_key
from pipeline.workflow.state_key import state_keys
from tests.consent.conftest import NOW, person, session

WORKFLOW = Path(__file__).parents[2] / "pipeline" / "workflow"


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    made = new_workspace(tmp_path / "ws")
    Registry(made.db).take(tmp_path / "inbox", "f", session(person(1, "ana@a.example")))
    return made


def keys(workspace: Workspace) -> Mapping[str, str]:
    return state_keys(workspace, Registry(workspace.db), on=NOW.date())


def versions_in_keys() -> Iterator[str]:
    """Each module with a VERSION under which a step of the workflow keeps what it made."""
    for path in sorted(set(WORKFLOW.rglob("*.py")) - {Path(state_key.__file__)}):
        name = ".".join(("pipeline", *path.relative_to(WORKFLOW.parent).with_suffix("").parts))
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "key_of":
                yield from (_module_of(used, import_module(name)) for used in ast.walk(call) if _is_version(used))


def _is_version(node: ast.AST) -> bool:
    return "VERSION" in (getattr(node, "attr", ""), getattr(node, "id", ""))


def _module_of(version: ast.AST, used_in: ModuleType) -> str:
    name = version.value.id if isinstance(version, ast.Attribute) and isinstance(version.value, ast.Name) else ""
    module: ModuleType = getattr(used_in, name) if name else used_in
    return module.__name__


VERSIONED = sorted({*versions_in_keys(), faces.__name__})


def test_the_versions_are_found() -> None:
    assert {"pipeline.speech", "pipeline.detect", "pipeline.render", tag.__name__, faces.__name__} <= set(VERSIONED)


@pytest.mark.parametrize("name", VERSIONED)
def test_another_version_of_what_results_are_kept_under_makes_every_session_due(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(models, "fingerprint", lambda _: "of a model that is here")
    before = keys(workspace)
    monkeypatch.setattr(import_module(name), "VERSION", "of tomorrow")
    after = keys(workspace)
    assert after.keys() == before.keys() and not set(after.values()) & set(before.values())


@pytest.mark.parametrize("name", [faces.MODEL, embeddings.MODEL])
def test_a_model_that_is_pulled_later_and_another_one_make_every_session_due(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    pulled, folder, find = tmp_path / "pulled", models.folder, models.find
    monkeypatch.setattr(models, "folder", lambda model: pulled if model.name == name else folder(model))
    monkeypatch.setattr("pipeline.models.registry.folder", models.folder)
    seen = [keys(workspace)]
    pulled.mkdir()
    seen.append(keys(workspace))

    def another(asked: str) -> Model:
        model = find(asked)
        if asked != name:
            return model
        return model.model_copy(
            update={"files": {each: file.model_copy(update={"sha256": "0" * 64}) for each, file in model.files.items()}}
        )

    monkeypatch.setattr(models, "find", another)
    monkeypatch.setattr("pipeline.models.registry.find", another)
    seen.append(keys(workspace))
    assert len({each for key in seen for each in key.values()}) == len(seen)
