"""The files of requests: those in ``out/exports``, those that are handed out, and which of them must be called back."""

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
from pipeline.store.artefacts import ArtefactState
from pipeline.store.codec import key_of
from pipeline.store.customers import FILE_NAME as CUSTOMERS
from pipeline.store.registry import Registry
from pipeline.workflow.request_acts import acts_of
from pipeline.workflow.request_report import gather
from pipeline.workflow.tagging import read_taxonomy

_NIGHTLY = ("csv", "jsonl", "html")
_ELSEWHERE = "handed-out"
"""Where files that are handed out would lie, if they lay here: no such folder is ever made."""
_STAGE, _LAST, _BEGUN = "exports", "last", "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExport:
    """An export as it is handed out: its files by name, the manifest the last, and the requests in it."""

    files: Mapping[str, bytes]
    request_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """One file that held requests which may no longer be shown: where it is or to whom it went, and how many."""

    file: str
    sha256: str
    went_to: str
    noted_at: str
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _LastExport:
    """From what the files were last made, from when until when that holds (seconds since the epoch), and the files."""

    key: str
    made_at: float = 0.0
    """Not kept by an earlier version, under which nothing held for more than a day."""
    valid_until: float
    files: tuple[OutFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The requests that a file held; kept for as long as the file may be somewhere."""

    request_ids: tuple[str, ...]


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
    return _with_manifest(workspace, report, files)


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
    export = _with_manifest(workspace, report, files)
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
        _note(workspace, file, export.request_ids)
    workspace.stages.put(_STAGE, _LAST, begun)


def changed_exports(workspace: Workspace) -> list[str]:
    """The files in ``out/exports`` that are missing, changed or added since they were written."""
    last, begun = (workspace.stages.get(_STAGE, name, _LastExport) for name in (_LAST, _BEGUN))
    return integrity.changed_exports(
        workspace.out / "exports", last.files if last else (), begun.files if begun else ()
    )


def hand_out(workspace: Workspace, export: RequestExport, output: Path | None, *, now: datetime) -> bytes:
    """Writes an export to ``output``, its manifest beside it; without one gives the bytes for standard output.

    Where each file went is noted: nobody here can call it back, but ``recalls`` knows of it. Raises ``UsageProblem``
    where several files have no name to be written to.
    """
    names = [name for name in export.files if name != manifest.NAME]
    if output is None and len(names) > 1:
        raise UsageProblem("this export is several files", action="name the first with --output")
    places = _places(names, output) if output else {}
    for name, place in places.items():
        write_bytes(place, export.files[name])
    for file in manifest.out_files({name: export.files[name] for name in places or names}):
        to = str(places[file.name].absolute()) if places else "standard output"
        _note_handed_out(workspace, file, export.request_ids, to=to, by="offrecord export requests", now=now)
    return b"" if output else export.files[names[0]]


def note_handed_out(
    workspace: Workspace, files: Mapping[str, OutFile], request_ids: Sequence[str], *, by: str, now: datetime
) -> None:
    """Notes the files that hold these requests, by the place that each goes to, so that ``recalls`` lists them."""
    for to, file in files.items():
        _note_handed_out(workspace, file, request_ids, to=to, by=by, now=now)


def _note_handed_out(
    workspace: Workspace, file: OutFile, request_ids: Sequence[str], *, to: str, by: str, now: datetime
) -> None:
    artefact_id = _note(workspace, file, request_ids, folder=_ELSEWHERE)
    workspace.artefacts.set_state([artefact_id], ArtefactState.SUPERSEDED)
    workspace.artefacts.copied(artefact_id, to=to, by=by, now=now)


def _places(names: Sequence[str], output: Path) -> dict[str, Path]:
    numbered = [output.with_stem(f"{output.stem}-{number}") for number in range(1, len(names) + 1)]
    places = dict(zip(names, numbered if len(names) > 1 else [output], strict=True))
    return {**places, manifest.NAME: output.with_name(f"{output.name}.manifest.json")}


def recalls(workspace: Workspace, *, now: datetime) -> list[Recall]:
    """Every file that held requests which may not be shown now, with who was given it, in order of time."""
    shown = {mention.request_id for mention in gather(workspace, now=now).mentions}
    copies = workspace.artefacts.copies()
    deliveries = []
    for artefact in workspace.artefacts.all():
        rows = workspace.stages.get(_STAGE, artefact.artefact_id, _Rows) if artefact.kind == "export" else None
        gone = tuple(request_id for request_id in rows.request_ids if request_id not in shown) if rows else ()
        went = [copy for copy in copies if copy.artefact_id == artefact.artefact_id]
        there = [("", "")] if artefact.state is ArtefactState.LIVE else []
        for went_to, noted_at in [*((copy.went_to, copy.noted_at) for copy in went), *there]:
            if gone:
                deliveries.append(
                    Recall(
                        file=artefact.location,
                        sha256=artefact.sha256,
                        went_to=went_to,
                        noted_at=noted_at,
                        requests=gone,
                    )
                )
    return sorted(deliveries, key=lambda delivery: (delivery.noted_at, delivery.file, delivery.went_to))


def _with_manifest(workspace: Workspace, report: RequestReport, files: Mapping[str, bytes]) -> RequestExport:
    made_with = {"encoder": encoder_name(), "tagger": tag.VERSION}
    content = manifest.render(
        report, manifest.out_files(files), log_head=consent.log_head(workspace), made_with=made_with
    )
    return RequestExport(files={**files, manifest.NAME: content}, request_ids=manifest.request_ids(report))


def _state_key(workspace: Workspace) -> str:
    states = Registry(workspace.db).states()
    customers = workspace.root / CUSTOMERS
    return key_of(
        tag.VERSION,
        consent.log_head(workspace),
        sorted((name, state.state_key) for name, state in states.items()),
        sorted((path.name, path.stat().st_mtime_ns) for path in workspace.stages.root.glob("tags/*.json")),
        acts_of(workspace).last,
        customers.read_text("utf-8") if customers.exists() else "",
        workspace.settings.export.model_dump_json(),
    )


def _note(workspace: Workspace, file: OutFile, request_ids: Sequence[str], *, folder: str = "exports") -> str:
    place, log_head = workspace.out / folder / file.name, consent.log_head(workspace)
    artefact_id = workspace.artefacts.note(
        "export", place, session_id=None, contributors=None, log_head=log_head, digest=file.digest
    )
    workspace.stages.put(_STAGE, artefact_id, _Rows(request_ids=tuple(request_ids)))
    return artefact_id


def _are_there(folder: Path, files: Iterable[OutFile]) -> bool:
    return all((folder / file.name).is_file() and file_digest(folder / file.name) == file.digest for file in files)
