"""What a run needs and whether it is there, and what this machine could do better: tools, models, rules, room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement as PackageRequirement

from pipeline import detect, faces, models, speech
from pipeline.consent.evaluation.jurisdictions import rules_of
from pipeline.errors import OffrecordError, WorkspaceDamaged
from pipeline.media import tools
from pipeline.reports import telemetry
from pipeline.reports.doctor_cluster import examine_cluster
from pipeline.reports.requirement import Requirement
from pipeline.settings import SpeechSettings
from pipeline.settings.storage import StoredKind
from pipeline.store import Workspace, terms
from pipeline.store.blobs.owned import OwnedBlobs

_FREE_BYTES = 2 << 30
"""Advice only, and so no measured figure: a run that fills the disk ends with exit code 75 and loses nothing."""
# Whisper base recognises 20 seconds of speech a second on one core and takes 1.0 GB a worker; small has three times its
# numbers to compute with. From four cores on the night is still over by morning with it.
_CORES_TO_SPARE = 4
_MEMORY_FOR_SMALL = 2 << 30


def examine(workspace: Workspace | None, on: date | None = None) -> tuple[Requirement, ...]:
    """Everything a run needs, and what the workspace's own settings need beside, on a day: today without one."""
    on = on or datetime.now(UTC).date()
    return tuple(replace(each, action="") if each.ok else each for each in _requirements(workspace, on))


def _requirements(workspace: Workspace | None, on: date) -> Iterator[Requirement]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Requirement(
        what="python", ok=sys.version_info >= (3, 11), found=version, action="install Python 3.11 or later"
    )
    yield _packages()
    for tool in tools.tools():
        yield Requirement(what=tool.name, ok=tool.version is not None, found=tool.version or "", action=tool.install)
    if workspace is None:
        return
    yield _ocr(workspace)
    yield from _faces(workspace)
    yield _engine(workspace)
    yield _spacy(workspace)
    yield _public_key(workspace)
    yield _originals(workspace)
    for kind, blobs in workspace.buckets().items():
        yield _object_storage(workspace, kind, blobs)
    yield _term_lists(workspace)
    yield _places(workspace, on)
    yield from examine_cluster(workspace)
    if workspace.settings.telemetry.endpoint:
        ok = telemetry.is_installed()
        yield Requirement(what="telemetry", ok=ok, found="OpenTelemetry" if ok else "", action=telemetry.INSTALL)
    free = shutil.disk_usage(workspace.root).free
    yield Requirement(what="disk", ok=free >= _FREE_BYTES, found=f"{free / 1e9:.1f} GB free", action="make room")


def _packages() -> Requirement:
    """Whether every package that the program was installed with is there, in a version that fits."""
    wanted = [PackageRequirement(each) for each in metadata.requires("offrecord") or ()]
    needed = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    lacking = sorted(each.name for each in needed if not _is_installed(each))
    return Requirement(
        what="packages",
        ok=not lacking,
        found=f"{len(needed) - len(lacking)} of {len(needed)}",
        action=f"install offrecord again: {', '.join(lacking)} missing or too old",
    )


def _is_installed(package: PackageRequirement) -> bool:
    try:
        return package.specifier.contains(metadata.version(package.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def _ocr(workspace: Workspace) -> Requirement:
    """What reads the text in pictures, where that is required before they are kept."""
    tool, settings = tools.reader(), workspace.settings.picture
    is_needed = settings.keep and settings.require_ocr
    action = f"{tool.install}; until then no picture is kept"
    version = tool.version or ("" if is_needed else "not needed")
    return Requirement(what=tool.name, ok=bool(version), found=version, action=action)


def _faces(workspace: Workspace) -> Iterator[Requirement]:
    """What finds faces in pictures, where they are to be covered."""
    settings = workspace.settings.picture
    if settings.keep and settings.cover_faces:
        model = models.find(faces.MODEL)
        found = models.state(model)
        action = f"run `{model.pull_command}`; until then no picture is kept"
        yield Requirement(what="faces", ok=found.state == "present", found=found.state, action=action)


def _engine(workspace: Workspace) -> Requirement:
    settings = workspace.settings.speech
    is_whisper = settings.engine == "whisper"
    model = f"whisper, {settings.model}, {settings.device}" if is_whisper else settings.engine
    try:
        speech.preflight(settings)
    except OffrecordError as error:
        return Requirement(what="recogniser", ok=False, found=model, action=f"{error}")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    hint = better_recogniser(settings, cores=os.cpu_count() or 1, memory=memory, has_gpu=_has_gpu())
    return Requirement(what="recogniser", ok=True, found=model, hint=hint)


def better_recogniser(settings: SpeechSettings, *, cores: int, memory: int, has_gpu: bool) -> str:
    """What would hear better on a machine with so many cores and bytes of memory; empty where nothing would."""
    if settings.engine == "sphinx":
        return "whisper hears far better: set speech.engine to whisper and speech.model to whisper-base"
    if settings.engine != "whisper" or "large" in settings.model:
        return ""
    if has_gpu:
        model, more = "whisper-large-v3-turbo", " and speech.device to cuda: there is a GPU"
    elif settings.model in {"whisper-tiny", "whisper-base"} and cores >= _CORES_TO_SPARE:
        model, more = "whisper-small", f": there are {cores} cores"
    else:
        return ""
    if model == "whisper-small" and memory < cores * _MEMORY_FOR_SMALL:
        return ""
    return f"run `offrecord models pull {model}` and set speech.model to it{more}"


def _has_gpu() -> bool:
    """Whether the system's own tool lists a GPU that whisper can compute on."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    try:
        done = subprocess.run([program, "-L"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.startswith(b"GPU ")


def _places(workspace: Workspace, on: date) -> Requirement:
    """Whether the rules of places were reviewed in time; an overdue one counts as unknown."""
    what = "rules of places"
    try:
        rules = rules_of(workspace.root)
    except OffrecordError as error:
        return Requirement(what=what, ok=False, found="", action=f"{error}")
    first, warnings = min(row.next_review for row in rules.rows()), " ".join(rules.warnings(on))
    review_state = f"reviewed until {first}" if first >= on else f"overdue since {first}"
    return Requirement(
        what=what, ok=first >= on, found=review_state, action=warnings, hint=warnings if first >= on else ""
    )


def _term_lists(workspace: Workspace) -> Requirement:
    """Whether the term lists can be read, and by nobody else."""
    try:
        count = len(workspace.listed().lists)
    except OffrecordError as error:
        return Requirement(what="term lists", ok=False, found="", action=f"{error}")
    closed, lists = not terms.exposed(workspace.root), "list" if count == 1 else "lists"
    return Requirement(
        what="term lists", ok=closed, found=f"{count} {lists}", action="chmod 600 terms.toml terms/*.toml"
    )


def _originals(workspace: Workspace) -> Requirement:
    """Whether originals are encrypted, and the key-encryption key can be had by this user alone."""
    what, source = "encryption", workspace.settings.encryption.key
    kind, _, place = source.partition(":")
    if not workspace.vault.is_encrypted:
        hint = "originals are plain files: run `offrecord keys encrypt`"
        return Requirement(what=what, ok=True, found="none", hint=hint)
    try:
        workspace.vault.require_keys()
    except OffrecordError as error:
        return Requirement(what=what, ok=False, found=kind, action=f"{error}")
    is_open = kind == "file" and bool(Path(place).stat().st_mode & 0o077)
    return Requirement(what=what, ok=not is_open, found=f"key from {kind}", action=f"chmod 600 {place}")


def _object_storage(workspace: Workspace, kind: StoredKind, blobs: OwnedBlobs) -> Requirement:
    """Whether the bucket takes, gives back and forgets a small file, and whether it puts over what is there."""
    what = f"object storage of {kind.words}"
    try:
        workspace.vault.require_keys()
        workspace.vault.require_encrypted()
        knows_conditions = blobs.tried(workspace.scratch)
    except OffrecordError as error:
        return Requirement(what=what, ok=False, found="", action=f"{error}")
    hint = "" if knows_conditions else "the server does not know If-None-Match, so each name is asked for before"
    return Requirement(what=what, ok=True, found="writes, reads back, deletes", hint=hint)


def _public_key(workspace: Workspace) -> Requirement:
    """What others check the signatures of this workspace with."""
    try:
        return Requirement(what="public key", ok=True, found=workspace.signer.public_key)
    except WorkspaceDamaged as error:
        return Requirement(what="public key", ok=False, found="", action=error.action)


def _spacy(workspace: Workspace) -> Requirement:
    """The second model of names: a run goes on without one that is only not pulled yet."""
    settings = workspace.settings.detect
    name = settings.spacy_model
    if name in models.entries():
        version, pull = detect.version(settings), f"run `offrecord models pull {name}`"
        ok = not version or models.state(models.find(name)).state == "present"
        hint = "" if version else f"two models find more names than one: {pull}"
        return Requirement(what="spaCy pipeline", ok=ok, found=version or "built in", action=pull, hint=hint)
    ok = not name or find_spec(name) is not None
    return Requirement(
        what="spaCy pipeline", ok=ok, found=name or "built in", action="pip install the pipeline it names"
    )
