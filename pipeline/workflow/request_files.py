"""The files of requests: those in ``out/exports``, and those that are handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline import consent, tag
from pipeline.embeddings import encoder_name
from pipeline.errors import TryAgain, UsageProblem
from pipeline.export import RequestReport, Selection, column_maps, manifest
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from pipeline.files import file_digest, write_bytes
from pipeline.records import OutFile
from pipeline.store import Workspace, integrity, run_clock
from pipeline.store.codec import key_of
from pipeline.store.customers import FILE_NAME as CUSTOMERS
from pipeline.store.registry import Registry
from pipeline.workflow.request_acts import acts_of
from pipeline.workflow.request_recall import STAGE as _STAGE
from pipeline.workflow.request_recall import HeldRequests, delivery, note_file, note_handed_out, redactions_of
from pipeline.workflow.request_report import Gathered, gather
from pipeline.workflow.tagging import read_taxonomy

_NIGHTLY = ("csv", "jsonl", "html")
_LAST, _BEGUN = "last", "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExport:
    """An export as it is handed out: its files by name, the manifest the last, and the requests in it."""

    files: Mapping[str, bytes]
    held: HeldRequests

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The requests in it, and those of whose words a title is made, sorted."""
        return self.held.request_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastExport:
    """From what the files were last made, from when until when that holds (seconds since the epoch), and the files."""

    key: str
    made_at: float = 0.0
    """Not kept by an earlier version, under which nothing held for more than a day."""
    valid_until: float
    files: tuple[OutFile, ...]


def export(
    workspace: Workspace,
    format_: str,
    *,
    selection: Selection,
    options: ExportOptions,
    columns: column_maps.ColumnMap | None = None,
    now: datetime,
) -> RequestExport:
    """An export in one format, or as CSV by a map of columns.

    Raises ``UsageProblem`` for an area that is not there, ``ConfigurationError`` where a library is missing.
    """
    gathered = gather(workspace, now=now)
    areas = dict.fromkeys((*read_taxonomy(workspace).names, *(mention.area for mention in gathered.mentions)))
    if selection.area and selection.area not in areas:
        raise UsageProblem("there is no such area", action=f"choose one of {', '.join(areas)}")
    report = gathered.report(selection)
    if columns:
        pieces = column_maps.render(report, columns, options)
        numbered = len(pieces) > 1
        files = {f"requests-{format_}{f'-{n}' if numbered else ''}.csv": piece for n, piece in enumerate(pieces, 1)}
    else:
        files = {f"requests.{format_}": render(report, format_, options)}
    return _with_manifest(workspace, gathered, report, files)


def write_exports(workspace: Workspace, *, now: datetime) -> None:
    """Writes the files in ``out/exports`` unless they stand as they would be; raises ``TryAgain`` when it cannot."""
    folder = workspace.out / "exports"
    folder.mkdir(mode=0o750, exist_ok=True)
    key = _state_key(workspace)
    last = workspace.stages.get(_STAGE, _LAST, _LastExport)
    holds = last is not None and run_clock.holds(last.made_at, last.valid_until, now)
    if last and holds and last.key == key and _are_there(folder, last.files):
        return
    gathered = gather(workspace, now=now)
    report = gathered.report(Selection(**workspace.settings.export.model_dump()))
    files = {f"requests.{name}": render(report, name, ExportOptions()) for name in _NIGHTLY}
    export = _with_manifest(workspace, gathered, report, files)
    written = manifest.out_files(export.files)
    begun = _LastExport(key=key, made_at=now.timestamp(), valid_until=gathered.valid_until, files=written)
    # Before the first of them is in its place: a check after a kill then knows them.
    workspace.stages.put(_STAGE, _BEGUN, begun)
    try:
        for name, content in export.files.items():
            write_bytes(folder / name, content)
    except OSError as error:
        raise TryAgain("the export could not be written", action="check the folder and the space left") from error
    for file in written:
        note_file(workspace, file, export.held)
    workspace.stages.put(_STAGE, _LAST, begun)


def changed_exports(workspace: Workspace) -> list[str]:
    """The files in ``out/exports`` that are missing, changed or added since they were written."""
    last, begun = (workspace.stages.get(_STAGE, name, _LastExport) for name in (_LAST, _BEGUN))
    return integrity.changed_exports(
        workspace.out / "exports", last.files if last else (), begun.files if begun else ()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """Where an export was written, the manifest the last, or what is for standard output."""

    files: tuple[Path, ...] = ()
    content: bytes = b""


def hand_out(
    workspace: Workspace, export: RequestExport, output: Path | None, *, to_whom: str = "", now: datetime
) -> HandedOut:
    """Writes an export to ``output``, its manifest beside it; without one gives the bytes for standard output.

    Where each file went, and to whom, is noted: nobody here can call it back, but ``recalls`` knows of it. Raises
    ``UsageProblem`` where several files have no name to be written to, or the folder is not there, and ``TryAgain``
    where it cannot be written.
    """
    names = [name for name in export.files if name != manifest.NAME]
    if output is None and len(names) > 1:
        raise UsageProblem("this export is several files", action="name the first with --output")
    if output and not output.parent.is_dir():
        raise UsageProblem("the output's folder does not exist", action="make it, or name another")
    places = _places(names, output) if output else {}
    # Before they are written: a file that a kill leaves behind is known, so that it can be called back.
    for file in manifest.out_files({name: export.files[name] for name in places or names}):
        to = delivery(str(places[file.name].absolute()) if places else "standard output", to_whom)
        note_handed_out(workspace, {to: file}, export.held, by="offrecord export requests", now=now)
    try:
        for name, place in places.items():
            write_bytes(place, export.files[name])
    except OSError as error:
        raise TryAgain("the export could not be written", action="check the folder and the space left") from error
    return HandedOut(files=tuple(places.values())) if output else HandedOut(content=export.files[names[0]])


def _places(names: Sequence[str], output: Path) -> dict[str, Path]:
    numbered = [output.with_stem(f"{output.stem}-{number}") for number in range(1, len(names) + 1)]
    places = dict(zip(names, numbered if len(names) > 1 else [output], strict=True))
    return {**places, manifest.NAME: output.with_name(f"{output.name}.manifest.json")}


def _with_manifest(
    workspace: Workspace, gathered: Gathered, report: RequestReport, files: Mapping[str, bytes]
) -> RequestExport:
    made_with = {"encoder": encoder_name(), "tagger": tag.VERSION}
    content = manifest.render(
        report, manifest.out_files(files), log_head=consent.log_head(workspace), made_with=made_with
    )
    request_ids = manifest.request_ids(report)
    # A title is of one request's words, also where that one is not selected.
    titled_by = {row.titled_by for row in report.groups if row.titled_by}
    held_ids = tuple(sorted({*request_ids, *titled_by}))
    answered = tuple(sorted(row.request_id for row in report.mentions if row.answer))
    sessions = {mention.request_id: mention.session for mention in gathered.mentions}
    behind = {mention.request_id: (mention.session, *mention.answer_behind) for mention in gathered.mentions}
    redactions = {mention.request_id: redactions_of(mention) for mention in gathered.mentions}
    held = HeldRequests(
        request_ids=held_ids,
        quoted=tuple(sorted({row.request_id for row in report.mentions if row.quoted} | titled_by)),
        answered=answered,
        answered_behind=tuple(behind[request_id] for request_id in answered),
        sessions=tuple(sorted({sessions[request_id] for request_id in held_ids})),
        redactions=tuple(redactions[request_id] for request_id in held_ids),
    )
    return RequestExport(files={**files, manifest.NAME: content}, held=held)


def _state_key(workspace: Workspace) -> str:
    states = Registry(workspace.db).states()
    customers = workspace.root / CUSTOMERS
    return key_of(
        tag.VERSION,
        consent.log_head(workspace),
        "\n".join(sorted(f"{name} {state.state_key}" for name, state in states.items())),
        workspace.stages.changes("tags"),
        acts_of(workspace).last,
        customers.read_text("utf-8") if customers.exists() else "",
        workspace.settings.export.model_dump_json(),
    )


def _are_there(folder: Path, files: Iterable[OutFile]) -> bool:
    return all((folder / file.name).is_file() and file_digest(folder / file.name) == file.digest for file in files)
