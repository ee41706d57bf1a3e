"""What the program can do is documented, and what is documented it can do."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import main
from pipeline.errors import Exit, OffrecordError
from pipeline.settings import Settings
from pipeline.settings.variables import RENAMED
from tests import command_table
from tests.command_table import commands
from tests.fields import sections

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
ALL = "\n".join(page.read_text("utf-8") for page in PAGES)


def test_the_page_of_commands_is_what_their_help_says() -> None:
    """Whoever adds a command or words its help anew runs ``python -m tests.command_table > docs/commands.md``."""
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == command_table.page()


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_command_and_option_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_in_the_readme(code: Exit) -> None:
    assert re.search(rf"^\| {int(code)} \| \w", README, re.MULTILINE)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in OffrecordError.__subclasses__()]
    assert len(codes) == len(set(codes))
    assert {OffrecordError.code, *codes} >= set(Exit) - {Exit.DONE, Exit.SOME_STOPPED, Exit.INTERRUPTED}


@pytest.mark.parametrize("section", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(section: str) -> None:
    for name, field in sections()[section].items():
        row = next((line for line in SETTINGS.splitlines() if line.startswith(f"| `{section}.{name}` |")), "")
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        shown = f'"{default}"' if isinstance(default, str) else str(default)
        assert f"`{shown}`" in row, f"{section}.{name}"
        assert field.description and field.description in row


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = set(re.findall(r"^\| `(\w+\.\w+)` \|", SETTINGS, re.MULTILINE))
    there = {f"{section}.{name}" for section, fields in sections().items() for name in fields}
    assert documented == there


def test_every_renamed_setting_is_documented() -> None:
    for (section, old), new in RENAMED.items():
        assert f"`{section}.{old}` is now `{section}.{new}`" in SETTINGS


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_every_page_is_found_from_the_readme(page: str) -> None:
    assert f"](docs/{page}" in README


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`offrecord ([a-z]+(?: [a-z-]+)?)", ALL))))
def test_every_command_that_the_docs_name_is_there(name: str) -> None:
    group, _, sub = name.partition(" ")
    command = main.get_command(click.Context(main), group)
    assert command is not None
    if isinstance(command, click.Group) and sub:
        assert sub in command.commands


def spoken_to(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words of a shell name, and the words behind its name."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        inner = command.get_command(click.Context(command), words[0])
        if inner is None:
            break
        command, words = inner, words[1:]
    return command, words


CALLS = {
    *re.findall(r"^ *(?:\$ )?offrecord ([^\n`|]+)$", ALL, re.MULTILINE),
    *(" ".join(call.split()) for call in re.findall(r"`offrecord ([^`]+)`", ALL)),
}


@pytest.mark.parametrize("call", sorted(call for call in CALLS if " -" in call))
def test_every_option_that_the_docs_give_is_one_of_its_command(call: str) -> None:
    command, words = spoken_to(shlex.split(call.replace("…", ""), comments=True))
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.strip("[]").partition("=")[0] for word in words if re.match(r"\[?--?[a-z]", word)}
    assert given <= options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_docs_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def glossary() -> dict[str, str]:
    """What each word of the glossary means."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    return dict(re.findall(r"^\| ([a-z][a-z -]+) \| (.+) \|$", text, re.MULTILINE))


def test_the_glossary_is_short_sorted_and_says_each_word_in_two_sentences_at_most() -> None:
    words = glossary()
    del words["word"]
    assert list(words) == sorted(words)
    assert 35 <= len(words) <= 55
    assert all(meaning.endswith(".") and meaning.count(". ") <= 1 for meaning in words.values())


@pytest.mark.parametrize("status", ["failed", "held", "pending", "refused"])
def test_every_status_of_a_session_is_in_the_glossary(status: str) -> None:
    assert glossary()[status].startswith("A status:")


PLAIN = [ROOT / "docs" / name for name in ("glossary.md", "operator.md", "product-managers.md", "settings.md")]
PRIVATE = re.compile(r"\b(is|are|was) out\b|\blets? out\b|\btak(e|es|en) (back|out|in)\b|\bstands?\b|\bworked\b")


@pytest.mark.parametrize("page", [*PLAIN, ROOT / "pipeline" / "templates" / "report.html"], ids=lambda page: page.name)
def test_no_page_of_the_operator_has_a_private_word(page: Path) -> None:
    assert [match.group() for match in PRIVATE.finditer(page.read_text("utf-8"))] == []


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_no_help_has_a_private_word(name: str, command: click.Command) -> None:
    texts = [command.help or "", *(getattr(parameter, "help", None) or "" for parameter in command.params)]
    found = [match.group() for text in texts for match in PRIVATE.finditer(text)]
    assert found == []


def test_every_make_target_is_in_its_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in ("help", "setup", "demo", "test", "check", "bench", "sample", "models", "clean"):
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
RECIPES = (
    *("a recogniser", "a platform reader", "a platform to fetch from", "a detection rule", "an export format"),
    "a command or a page",
)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_file_that_a_recipe_names_is_there(recipe: str) -> None:
    text = ARCHITECTURE.partition(f"**Add {recipe}.**")[2].partition("\n\n")[0]
    places = re.findall(r"`((?:pipeline|tests|docs)/[\w./-]+)`", text)
    assert len(places) >= 3
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_room_is_in_the_architecture() -> None:
    packages = {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")}
    modules = {path.stem for path in (ROOT / "pipeline").glob("*.py")} - {"__init__"}
    assert {room for room in packages | modules if f"`{room}`" not in ARCHITECTURE} == set()


def _texts_of(source: Path) -> Iterator[str]:
    """Every string of a module, those with values in them with a word in place of each; of another file its text."""
    if source.suffix != ".py":
        yield source.read_text("utf-8")
        return
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "VALUE" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _named_commands() -> Iterator[tuple[str, str]]:
    """Each command line that a message, a page or the docs name, with the file that names it."""
    sources = [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "pipeline").rglob("*.html"), *PAGES]
    for source in sources:
        for text in _texts_of(source):
            for line in re.findall(r"(?:`|^\$ |<code>)offrecord ([^`\n<]+)", text, re.MULTILINE):
                yield str(source.relative_to(ROOT)), line


def _command_of(words: list[str]) -> click.Command | None:
    command: click.Command | None = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    return command


def test_every_command_and_option_that_a_message_or_the_docs_name_is_there() -> None:
    lines = set(_named_commands())
    assert len(lines) > 150
    missing = []
    for source, line in sorted(lines):
        names = line.partition("#")[0].replace("\\", " ").split()
        if not re.fullmatch(r"[a-z-]+", names[0]):
            continue  # a placeholder for any command
        command = _command_of(names)
        if isinstance(command, click.Group) and any("|" in name or name == "VALUE" for name in names[:1]):
            continue
        flags = {flag for name in names for flag in re.findall(r"^\[?(--[a-z-]+|-[a-z])\b", name)}
        known = {flag for each in command.params for flag in each.opts} if command else set()
        if command is None or flags - known - {"--help", "-h", "--version"}:
            missing.append((source, line))
    assert missing == []


def test_every_file_of_the_repository_that_a_message_or_the_docs_name_is_there() -> None:
    sources = [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "pipeline").rglob("*.html"), *PAGES]
    named = {
        (str(source.relative_to(ROOT)), place.rstrip("."))
        for source in sources
        for text in _texts_of(source)
        for place in re.findall(r"(?<![\w/.~<-])((?:pipeline|docs|tests|models|sample_media)/[\w./*-]*[\w*])", text)
    }
    assert len(named) > 30
    assert [each for each in sorted(named) if not any(ROOT.glob(each[1]))] == []
