"""The structure of the package in numbers: ``python -m tests.structure [FOLDER]`` prints them for one checkout.

A room is a package or module directly below ``pipeline/``; a floor is a room's longest chain of imports downwards.
``tests/test_architecture.py`` holds the rules; this counts, so that two commits can be compared side by side.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

VAGUE = ("one", "found", "told", "said", "made", "some", "given", "asked")
"""Names of variables that say nothing of what they hold."""
SMALL_LINES = 60


def modules(root: Path) -> dict[str, ast.Module]:
    """Every module below ``root/pipeline`` by its dotted name, parsed."""
    files = sorted((root / "pipeline").rglob("*.py"))
    return {_dotted(path.relative_to(root)): ast.parse(path.read_text("utf-8")) for path in files}


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, known: Mapping[str, ast.Module]) -> Iterator[str]:
    """The modules of the package that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else node.module


def rooms_of(known: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """For each room the other rooms that it imports."""
    edges: dict[str, set[str]] = defaultdict(set)
    for module, tree in known.items():
        if room := _room(module):
            edges[room] |= {other for name in imported(tree, known) if (other := _room(name)) and other != room}
    return dict(edges)


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "pipeline" and len(parts) > 1 else ""


def floors(edges: Mapping[str, set[str]]) -> int:
    """The number of floors; raises ``RecursionError`` where rooms import each other in a circle."""

    @lru_cache
    def floor(room: str) -> int:
        return 1 + max((floor(other) for other in edges.get(room, ())), default=0)

    return max(map(floor, edges))


def small_with_one_importer(known: Mapping[str, ast.Module], root: Path) -> list[str]:
    """Modules of few lines that one other module alone imports."""
    importers: dict[str, set[str]] = defaultdict(set)
    for module, tree in known.items():
        for name in imported(tree, known):
            importers[name].add(module)
    return [
        module
        for module in known
        if len(importers[module]) == 1 and _lines(root, module) < SMALL_LINES and _is_file(root, module)
    ]


def _is_file(root: Path, module: str) -> bool:
    return (root / f"{module.replace('.', '/')}.py").is_file()


def _lines(root: Path, module: str) -> int:
    path = root / f"{module.replace('.', '/')}.py"
    return path.read_text("utf-8").count("\n") if path.is_file() else 0


def vague_names(known: Mapping[str, ast.Module]) -> int:
    """How often a variable of one of the ``VAGUE`` names is read or written."""
    nodes = (node for tree in known.values() for node in ast.walk(tree))
    return sum(isinstance(node, ast.Name) and node.id in VAGUE for node in nodes)


def doubled_classes(known: Mapping[str, ast.Module]) -> list[str]:
    """Public class names that more than one module defines."""
    names = Counter(
        node.name
        for tree in known.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and re.match(r"[A-Z]", node.name)
    )
    return sorted(name for name, count in names.items() if count > 1)


def report(root: Path) -> Iterator[str]:
    """The numbers of a checkout, a line each."""
    known = modules(root)
    edges = rooms_of(known)
    yield f"modules                                {len(known)}"
    yield f"rooms                                  {len(edges)}"
    yield f"floors                                 {_floors_or_circle(edges)}"
    yield f"imports between rooms                  {sum(map(len, edges.values()))}"
    yield f"modules < {SMALL_LINES} lines with one importer  {len(small_with_one_importer(known, root))}"
    yield f"public class names twice               {len(doubled_classes(known))}: {', '.join(doubled_classes(known))}"
    yield f"vague variable names                   {vague_names(known)}"


def _floors_or_circle(edges: Mapping[str, set[str]]) -> str:
    try:
        return str(floors(edges))
    except RecursionError:
        return "a circle"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
