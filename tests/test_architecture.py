"""The rules of the design that are about who may know whom, held against the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from pipeline import proof
from tests import structure

PIPELINE = Path(__file__).parent.parent / "pipeline"
STAGES = ("ingest", "consent", "speech", "detect", "review", "render", "tag", "export")
BELOW = {"records", "errors", "files", "settings", "log", "spans", "models", "lexicon", "store", "media", "embeddings"}
MODULES = sorted(PIPELINE.rglob("*.py"))
ONE_DOOR: dict[str, str | tuple[str, ...]] = {
    "av": "pipeline/media/",
    "ffmpeg": "pipeline/media/",
    "pydub": "pipeline/media/",
    "pocketsphinx": "pipeline/speech/",
    "faster_whisper": "pipeline/speech/",
    "spacy": "pipeline/detect/ner/spacy_component.py",
    "thinc": "pipeline/detect/ner/spacy_component.py",
    "presidio_analyzer": "pipeline/detect/identifiers/presidio.py",
    "phonenumbers": "pipeline/detect/identifiers/phone_numbers.py",
    "detect_secrets": "pipeline/detect/identifiers/scan_secrets.py",
    "tink": "pipeline/store/streaming_aead.py",
    "tldextract": "pipeline/detect/identifiers/top_level_domains.py",
    "openpyxl": "pipeline/consent/",
    "pebble": "pipeline/executors/",
    "ray": "pipeline/executors/ray_executor.py",
    "alembic": "pipeline/store/",
    "obstore": "pipeline/store/blobs/s3.py",
    "opentelemetry": "pipeline/reports/telemetry.py",
    "pyrage": "pipeline/store/age.py",
    "huggingface_hub": "pipeline/models/",
    "ctranslate2": "pipeline/embeddings/",
    "tokenizers": ("pipeline/embeddings/", "pipeline/speech/engines/whisper_model.py"),
    "starlette": "pipeline/web/",
    "authlib": "pipeline/web/oidc.py",
    "joserfc": ("pipeline/web/oidc.py", "pipeline/fetch/tokens.py"),
    "httpx2": ("pipeline/web/oidc.py", "pipeline/fetch/http_client.py"),
    "uvicorn": "pipeline/web/",
}
USE_CASES = (
    *("cli", "workflow", "reports", "vcon", "fetch", "nightly", "records", "errors", "settings", "executors", "web"),
)
OF_ONE_CALL = {
    "decide_lines", "detect_lines", "arriving", "read_context", "tag_lines", "line_groups",  # JSON Lines
    "read_taxonomy",
    "unavailable", "redact", "prove", "failure_line", "read_plan", "models", "pull", "sources",  # outside any workspace
    "export_log", "export_dpv", "import_vcon", "file_announced", "delegate",  # nothing has to follow from these
    "record_review", "rule_reviews",
    "Workspace", "Terms", "AgreementKind", "Clause", "ManualAction", "Erasure", "Selection", "ExportOptions",
    "column_maps", "FormChoices",
    "write_bytes", "plain", "counted", "is_or_are", "FILE_NAME",  # for printing
}  # fmt: skip
"""What a command may call beside use cases: functions that are the whole of what it does, and values."""
MADE_BY = {"Ruling": "consent", "ApprovedPlan": "review", "ReadingPlan": "review", "Rendition": "render"}


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed once for all of these tests."""
    return ast.parse(path.read_text("utf-8"))


@pytest.fixture(autouse=True, scope="module")
def forgotten() -> Iterator[None]:
    """Other tests in this process need not carry every tree along."""
    yield
    tree_of.cache_clear()
    imports.cache_clear()


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, dotted and absolute."""
    return frozenset(_imports(tree_of(path)))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return path.relative_to(PIPELINE.parent).as_posix()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_no_other_stage(stage: str) -> None:
    allowed = BELOW | {stage, "__version__"} | ({"proof"} if stage == "render" else set())
    strangers = {
        (name(path), module)
        for path in (PIPELINE / stage).rglob("*.py")
        for module in imports(path)
        if module.startswith("pipeline.") and module.split(".")[1] not in allowed
    }
    assert strangers == set()


@pytest.mark.parametrize("package", ["store", "media"])
def test_what_lies_below_the_stages_knows_none(package: str) -> None:
    strangers = {
        (name(path), module)
        for path in (PIPELINE / package).rglob("*.py")
        for module in imports(path)
        if module.startswith("pipeline.") and module.split(".")[1] not in BELOW | {"__version__"}
    }
    assert strangers == set()


@pytest.mark.parametrize("package", ["workflow", "reports", "vcon", "fetch", "executors"])
def test_what_joins_the_stages_knows_neither_commands_nor_the_batch(package: str) -> None:
    above = {"cli", "web", "nightly", "run"}
    strangers = {
        (name(path), module)
        for path in (PIPELINE / package).rglob("*.py")
        for module in imports(path)
        if module.startswith("pipeline.") and module.split(".")[1] in above
    }
    assert strangers == set()


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those in it, without what is imported for types alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _at_run_time(child)


def test_no_module_is_in_a_circle_wherever_it_imports() -> None:
    """An import that is put into a function to get round a circle is in one all the same."""
    by_name = {name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in MODULES}
    graph = {module: set[str]() for module in by_name}
    for module, path in by_name.items():
        for node in _at_run_time(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                graph[module] |= {full if full in by_name else node.module for full in names} & by_name.keys()
    for module, others in graph.items():
        others.discard(module)
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_only_the_command_that_serves_pages_knows_them() -> None:
    users = {
        name(path)
        for path in MODULES
        if "web" not in path.relative_to(PIPELINE).parts[:1]
        for module in imports(path)
        if module.startswith("pipeline.web")
    }
    assert users == {"pipeline/cli/serve.py"}


def test_fetching_is_no_part_of_a_run() -> None:
    """Only its own command knows it: no stage, no night and no page opens a connection to a platform."""
    users = {
        name(path)
        for path in MODULES
        if "fetch" not in path.relative_to(PIPELINE).parts[:1]
        for module in imports(path)
        if module.startswith("pipeline.fetch")
    }
    assert users == {"pipeline/cli/fetch.py"}
    below = {
        module.split(".")[1]
        for path in (PIPELINE / "fetch").rglob("*.py")
        for module in imports(path)
        if module.startswith("pipeline.")
    }
    assert below <= {"fetch", "ingest", "store", "files", "errors", "log", "__version__"}


def test_the_proof_shares_no_code_with_the_renderer() -> None:
    """It works out anew what it compares with: a fault of the renderer must not be a fault of its proof."""
    allowed = {"records", "errors", "files", "settings", "spans", "media", "lexicon", "store", "proof"}
    strangers = {
        (name(path), module)
        for path in (PIPELINE / "proof").rglob("*.py")
        for module in imports(path)
        if module.startswith("pipeline.") and module.split(".")[1] not in allowed
    }
    assert strangers == set()


def test_nobody_else_knows_the_inside_of_the_proof() -> None:
    public = {f"pipeline.proof.{exported}" for exported in proof.__all__}
    inside = {
        module
        for path in MODULES
        for module in imports(path)
        if module.startswith("pipeline.proof.") and "proof" not in path.relative_to(PIPELINE).parts[:1]
    }
    assert inside <= public


@pytest.mark.parametrize("tool", ONE_DOOR)
def test_each_outside_tool_has_one_door(tool: str) -> None:
    users = {name(path) for path in MODULES if any(module.split(".")[0] == tool for module in imports(path))}
    assert users, f"nobody uses {tool} any more: drop it from pyproject.toml and from this test"
    assert all(user.startswith(ONE_DOOR[tool]) for user in users), users


@pytest.mark.parametrize("tool", ["pocketsphinx", "faster_whisper", "spacy", "presidio_analyzer", "pebble"])
def test_an_engine_is_imported_by_few(tool: str) -> None:
    users = [name(path) for path in MODULES if any(module.split(".")[0] == tool for module in imports(path))]
    assert len(users) <= 3, users


@pytest.mark.parametrize("gate", MADE_BY)
def test_only_its_stage_makes_what_opens_a_gate(gate: str) -> None:
    makers = {
        name(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == gate for base in node.bases)
    }
    assert len(makers) == 1, makers
    assert makers.pop().startswith(f"pipeline/{MADE_BY[gate]}/")


def test_only_the_command_line_prints_or_exits() -> None:
    offenders = {
        (name(path), node.lineno)
        for path in MODULES
        if "cli" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "sys.exit", "click.echo", "os._exit"}
    }
    assert offenders == set()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = tree_of(path)
    assert ast.get_docstring(tree), "opens with one sentence"
    assert text.count("\n") <= 300
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_commands_are_thin() -> None:
    """What a command imports when it is called does not count."""
    for path in (PIPELINE / "cli").glob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and any("command(" in ast.unparse(d) for d in node.decorator_list):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                body = [statement for statement in body if not isinstance(statement, ast.ImportFrom)]
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                assert lines <= 15, f"{path.name}: {node.name}"


def test_commands_call_use_cases_so_that_a_page_can_call_the_same() -> None:
    strangers = {
        (path.name, f"{node.module}.{alias.name}")
        for path in (PIPELINE / "cli").glob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline.")
        for alias in node.names
        if node.module.split(".")[1] not in USE_CASES and alias.name not in OF_ONE_CALL
    }
    assert strangers == set()


def test_no_public_class_name_exists_twice() -> None:
    """One word, one thing: whoever reads a name in a traceback or a search finds one class."""
    assert structure.doubled_classes({name(path): tree_of(path) for path in MODULES}) == []
