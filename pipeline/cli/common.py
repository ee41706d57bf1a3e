"""What all commands share: the workspace option, output for people or machines, and errors as exit codes."""

from __future__ import annotations

import errno
import json
import os
import pwd
import select
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from pipeline.cli.known_errors import known_error
from pipeline.cli.output_file import OutputFile
from pipeline.errors import Exit, OffrecordError, UsageProblem
from pipeline.records.shell_actor import ShellActor

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.store import Workspace


def now() -> datetime:
    """The time of a command, aware UTC."""
    return datetime.now(UTC)


_WORDS = "pipeline.cli.words"  # where a group keeps the words that its command gets
_WIDE = 200  # columns where no terminal says otherwise: no id, path or status of a report wraps
NOTHING = "–"

F = TypeVar("F", bound=Callable[..., Any])

workspace_option: Callable[[F], F] = click.option(
    "--workspace",
    "-w",
    "workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="OFFRECORD_WORKSPACE",
    required=True,
    help="The workspace folder (or OFFRECORD_WORKSPACE).",
)
json_option: Callable[[F], F] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
output_option: Callable[[F], F] = click.option(
    "-o",
    "--output",
    type=OutputFile(),
    help="Write to this file instead of standard output.",
)


def account_of_process() -> str:
    """The account that this process runs as, as the system says it: a variable of the environment does not count."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a number that has no name
        return str(os.geteuid())


def shell_actor(_: click.Context, __: click.Parameter, name: str | None) -> ShellActor | None:
    """Who acts, as ``--by`` names them, with the account that they act from; None where nobody is named."""
    return None if name is None else ShellActor(name, account=account_of_process())


def account_as_actor() -> ShellActor:
    """Who acts where a command asks for no name: the account of this process."""
    account = account_of_process()
    return ShellActor(account, account=account)


decider_option: Callable[[F], F] = click.option(
    "--by", "actor", required=True, callback=shell_actor, help="Who decides."
)


def open_workspace(root: Path) -> Workspace:
    """Opens a workspace, and warns of each variable that sets a setting by its old name."""
    from pipeline.settings.variables import renamed_variables
    from pipeline.store import Workspace

    for line in renamed_variables():
        click.echo(f"offrecord: {line}", err=True)
    return Workspace.open(root)


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Lets whoever reads the output, such as ``head``, close it: nothing more is printed, and that is no error.

    A pipe to anything else that breaks, a program or a server, is one.
    """
    try:
        yield
    except BrokenPipeError:
        if not _has_no_reader(sys.stdout):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _has_no_reader(stream: TextIO) -> bool:
    poll = select.poll()
    poll.register(stream.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@reader_may_leave()
def emit(value: object, as_json: bool, *, json_only: Collection[str] = ()) -> None:
    """Prints a value: as JSON for machines, else lines, mappings as a line for each key, rows as a table.

    ``json_only`` names the columns that a table leaves out.
    """
    from pipeline.store.codec import plain

    if as_json:
        is_ascii = not sys.stdout.encoding.lower().startswith("utf")
        click.echo(json.dumps(plain(value), ensure_ascii=is_ascii, sort_keys=True))
        return
    shown = plain(value)
    if isinstance(shown, list) and shown and all(isinstance(row, dict) for row in shown):
        _print_rows([{name: row[name] for name in row if name not in json_only} for row in shown])
    elif isinstance(shown, dict):
        width = max(map(len, shown))
        for key, item in shown.items():
            click.echo(f"{_title(key):{width}}  {_cell(item)}")
    elif isinstance(shown, list):
        click.echo("\n".join(map(str, shown)) if shown else "none")
    else:
        click.echo(str(shown))


@reader_may_leave()
def hand_out(text: str, output: Path | None) -> None:
    """Writes a text to a file that only its owner reads, and says so, or to standard output."""
    from pipeline.files import write_bytes

    if output is None:
        click.echo(text, nl=False)
    else:
        write_bytes(output, text.encode())
        click.echo(written(output))


def written(*places: Path) -> str:
    """The line that says what a command wrote, and where."""
    return f"wrote {', '.join(map(str, places))}"


def console() -> Console:
    """The console that people read: as wide as the terminal, or wide enough for a line where there is none."""
    from rich.console import Console

    class ClosableConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    shown = ClosableConsole()
    return shown if shown.is_terminal else ClosableConsole(width=_WIDE)


def _print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        is_number = any(isinstance(row[name], int | float) and not isinstance(row[name], bool) for row in rows)
        table.add_column(_title(name), overflow="fold", justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console().print(table)


def _title(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: object) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return ", ".join(f"{_title(key)} {_cell(item)}" for key, item in value.items())
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def renamed_flag(old: str, new: str) -> Callable[[F], F]:
    """An old flag, hidden, that ends the command with a line about its new name."""

    def refuse(_: click.Context, __: click.Parameter, is_given: bool) -> None:
        if is_given:
            raise UsageProblem(f"{old} is now {new}", action="use that")

    return click.option(old, is_flag=True, hidden=True, expose_value=False, callback=refuse, help=f"Now {new}.")


class Group(click.Group):
    """A group whose commands end with the exit code of the error they meet, and one line about it on standard error.

    ``renamed`` holds the new names of commands by their old ones. Groups in it are such groups too.
    """

    group_class = type

    def __init__(self, *arguments: Any, renamed: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.renamed = dict(renamed or {})

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; raises ``UsageProblem`` that names the new one for a name that it no longer has."""
        new = self.renamed.get(args[0])
        if new is not None:
            raise UsageProblem(f"`{self.name} {args[0]}` is now `{self.name} {new}`", action="use that")
        ctx.meta[_WORDS] = list(args[1:])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; every ``OffrecordError`` becomes its exit code, and so does what the system refuses."""
        try:
            with reader_may_leave():
                return super().invoke(ctx)
        except OffrecordError as error:
            _end(ctx, error)
        except click.MissingParameter as error:
            raise _all_missing(error, ctx.meta[_WORDS]) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):  # click's own ways to end, as with --help
            raise
        except Exception as error:
            known = known_error(error, ctx.meta.get(_WORDS, ()))
            if known is None:
                raise
            _end(ctx, known)
        except KeyboardInterrupt:
            click.echo(INTERRUPTED, err=True)
            ctx.exit(int(Exit.INTERRUPTED))


def _all_missing(error: click.MissingParameter, words: Sequence[str]) -> click.UsageError:
    """What is said where a command lacks words: everything that it needs, not the first one alone."""
    ctx = error.ctx
    if ctx is None:
        return error
    values, _, _ = ctx.command.make_parser(ctx).parse_args(list(words))
    missing = [
        f"{param.param_type_name} {param.get_error_hint(ctx)}"
        for param in ctx.command.get_params(ctx)
        if param.required and param.value_is_missing(param.consume_value(ctx, values)[0])
    ]
    return click.UsageError(f"Missing {', '.join(missing)}.", ctx) if len(missing) > 1 else error


INTERRUPTED = "offrecord: interrupted; run again to continue"


def _end(ctx: click.Context, error: OffrecordError) -> None:
    click.echo(f"offrecord: {error}", err=True)
    ctx.exit(int(error.code))
