"""A model of a few kilobytes, a package index on disk that carries it in two wheels, and a hub on loopback."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from pipeline.models.registry import File, Hub, Model, Wheel

WEIGHTS = hashlib.shake_256(b"weights").digest(400_000)
CONFIG = b'{"layers": 2}\n'
VOCABULARY = b"a b c\n"
REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = {"config.json": CONFIG, "data/vocabulary.txt": VOCABULARY, "model.bin": WEIGHTS}
MEMBERS = {
    "config.json": ("made_part1/config.json",),
    "data/vocabulary.txt": ("made_part1/more.zip!vocabulary.txt",),
    "model.bin": ("made_part1/model.bin.1", "made_part2/model.bin.2"),
}
HALF = 150_000


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def wheel(name: str, members: dict[str, bytes], version: str = "1.0.0") -> bytes:
    """A wheel whose code would fail if anything ran it."""
    about = f"{name}-{version}.dist-info"
    described = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
    return zipped(
        {f"{name}/{member}": content for member, content in members.items()}
        | {
            f"{name}/__init__.py": b"raise SystemExit('this wheel was imported')\n",
            f"{about}/METADATA": described.encode(),
            f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: made\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/RECORD": b"",
        }
    )


WHEELS = {
    "made_part1": wheel(
        "made_part1",
        {
            "config.json": CONFIG,
            "model.bin.1": WEIGHTS[:HALF],
            "more.zip": zipped({"vocabulary.txt": VOCABULARY}),
        },
    ),
    "made_part2": wheel("made_part2", {"model.bin.2": WEIGHTS[HALF:]}),
}


def file_name(name: str) -> str:
    return f"{name}-1.0.0-py3-none-any.whl"


def fill_index(folder: Path, wheels: dict[str, bytes]) -> None:
    """Writes a package index as PEP 503 has it, read by pip from the disk."""
    for name, content in wheels.items():
        project = folder / name.replace("_", "-")
        project.mkdir(parents=True, exist_ok=True)
        (project / file_name(name)).write_bytes(content)
        (project / "index.html").write_text(f'<!doctype html><a href="{file_name(name)}">{file_name(name)}</a>')


@pytest.fixture
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index that pip is set up for."""
    folder = tmp_path / "index"
    fill_index(folder, WHEELS)
    use_index(folder, monkeypatch)
    return folder


def use_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", folder.as_uri())


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder of this test's user."""
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def model(files: dict[str, bytes] | None = None, wheels: dict[str, bytes] | None = None) -> Model:
    """The made model, whose digests are those of ``files`` and ``wheels``."""
    return Model(
        name="made",
        kind="test",
        about="",
        files={
            name: File(bytes=len(content), sha256=sha(content), members=MEMBERS[name])
            for name, content in (files or FILES).items()
        },
        hub=Hub(repository="team/made", revision=REVISION),
        wheels=tuple(
            Wheel(requirement=f"{name.replace('_', '-')}==1.0.0", bytes=len(content), sha256=sha(content))
            for name, content in (wheels or WHEELS).items()
        ),
    )


@dataclass
class Hubs:
    """A hub on loopback and how it behaves; ``ranges`` are those it was asked for, ``asked`` every file."""

    url: str
    files: dict[str, bytes]
    silent: bool = False
    redirects: bool = False
    knows_ranges: bool = True
    stalls_at: int | None = None
    breaks_at: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def local_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hubs]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # tests of the recogniser switch it off for their process
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # and for the processes that it starts
    hub = Hubs("", dict(FILES))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            if hub.silent:
                hub.released.wait(60)
                return
            name = self.path.removeprefix(f"/team/made/resolve/{REVISION}/").removeprefix("/cdn/")
            if hub.redirects and not self.path.startswith("/cdn/"):
                self.send_response(302)
                self.send_header("Location", f"{hub.url}/cdn/{name}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if name not in hub.files:
                self.send_error(404)
                return
            content, start = hub.files[name], 0
            wanted = self.headers.get("Range")
            if wanted and hub.knows_ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if not body:
                return
            hub.asked.append(name)
            hub.ranges += [wanted] if wanted else []
            self._send(content[start:] if start else content, name)

        def _send(self, content: bytes, name: str) -> None:
            if name == "model.bin" and hub.breaks_at:
                self.wfile.write(content[: hub.breaks_at.pop(0)])
                self.close_connection = True
            elif name == "model.bin" and hub.stalls_at:
                self.wfile.write(content[: hub.stalls_at])
                hub.released.wait(60)
                self.close_connection = True
            else:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield hub
    hub.released.set()
    server.shutdown()
    server.server_close()
    serving.join()
