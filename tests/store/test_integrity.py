"""What was changed behind the program is told by its table, key, rendition or export; what the program did is not."""

from __future__ import annotations

import hmac
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import WorkspaceDamaged
from pipeline.files import file_digest
from pipeline.records import Audience, OutFile, Refused, SessionResult
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, integrity, pseudonym_labels, releases
from pipeline.store.chains import Head, chained_tables
from pipeline.store.registry import Registry, SessionState
from pipeline.store.row_seals import BROKEN, Sealer, TableSeal, needs_no_escape
from pipeline.store.tables.row_seals import SEALED
from pipeline.store.tables.schema import metadata
from tests.database_server import Server, behind
from tests.store.making import session

pytestmark = pytest.mark.usefixtures("each_database")

RESULT = SessionResult(session_id="2026-11-18-aaaaaaaa", status="done", reason="", action="")
NOW = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with rows in tables of every sort."""
    opened = Workspace.create(tmp_path / "ws")
    registry = Registry(opened.db)
    registry.take(Path("/inbox/one"), "f1", session())
    registry.take(Path("/inbox/two"), "f2", Refused(reason="empty", action="send it again"))
    registry.conclude(SessionState(state_key="k", valid_until=1.5, attempts=1, result=RESULT))
    pseudonym_labels.give(opened.db, pseudonym_labels.PERSON, ["a", "b"])
    entry = releases.next_entry(opened.ledger, RESULT.session_id, Audience.INTERNAL)
    releases.record_publication(opened.db, entry, RESULT.session_id, Audience.INTERNAL, scope="{}", body={"proof": "p"})
    opened.artefacts.note("export", opened.root / "heads", session_id=None, contributors=None, log_head="0")
    return opened


def test_what_the_program_writes_is_whole(workspace: Workspace) -> None:
    registry = Registry(workspace.db)
    registry.rewrite(replace(session(), title="corrected"))
    registry.forget("/inbox/two")
    registry.conclude(SessionState(state_key="k2", valid_until=2.5, attempts=2, result=RESULT))
    with workspace.db.begin() as connection:
        pseudonym_labels.free(connection, ["a"])
    assert integrity.changed_tables(Workspace.open(workspace.root)) == []
    integrity.check(workspace)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("session", "UPDATE session SET body = body || ' '"),
        ("session", "DELETE FROM session"),
        ("entry", "UPDATE entry SET status = 'taken', session_id = '2026-11-18-aaaaaaaa' WHERE status = 'refused'"),
        ("entry", "DELETE FROM entry WHERE status = 'refused'"),
        ("result", "UPDATE result SET valid_until = 9e9"),
        ("artefact", "UPDATE artefact SET state = 'superseded'"),
        ("artefact", "DELETE FROM artefact"),
        ("pseudonym_label", "UPDATE pseudonym_label SET number = 3 - number + 10"),
        ("pseudonym_label", "INSERT INTO pseudonym_label VALUES ('participant', 9, 'c')"),
        ("publication", "UPDATE publication SET scope = '[]'"),
        ("publication", "DELETE FROM publication"),
        ("decision", "INSERT INTO decision VALUES (1, 's', 'r', 'keep', 'eve', 'x', '2026')"),
        ("withdrawal", "INSERT INTO withdrawal VALUES ('w', '[]', '[]', NULL, 0, 0, '2026', 'verified')"),
    ],
)
def test_a_row_that_was_changed_behind_it_is_told_by_its_table(
    workspace: Workspace, table: str, statement: str
) -> None:
    with behind(workspace) as connection:
        assert connection.exec_driver_sql(statement).rowcount > 0
    assert integrity.changed_tables(workspace) == [table]
    with pytest.raises(WorkspaceDamaged, match=table):
        integrity.check(workspace)


def test_with_the_triggers_in_place_nobody_else_can_write(workspace: Workspace) -> None:
    url = workspace.settings.database.url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url or f"sqlite:///{workspace.root / 'offrecord.db'}", poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"no such function|unsealed_row"):
        connection.exec_driver_sql("UPDATE result SET valid_until = 9e9")


def test_a_seal_that_was_forged_never_holds_again(workspace: Workspace) -> None:
    with behind(workspace) as connection:
        connection.exec_driver_sql("UPDATE row_seal SET seal = replace(seal, ' 1 ', ' 2 ') WHERE name = 'result'")
    assert integrity.changed_tables(workspace) == ["result"]
    sealer = workspace.sealer
    assert sealer.resealed("result", "1 0 00 forged", "ff", "") == BROKEN
    assert sealer.resealed("result", BROKEN, "ff", "") == BROKEN


def test_an_earlier_state_put_back_is_told(
    workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest, each_database: str
) -> None:
    put_back = put_back_file if each_database == "sqlite" else put_back_on(request.getfixturevalue("server"))
    restored = put_back(workspace, tmp_path)
    with workspace.locked():
        Registry(workspace.db).conclude(SessionState(state_key="k2", valid_until=2.5, attempts=2, result=RESULT))
    restored()
    assert integrity.changed_tables(Workspace.open(workspace.root)) == ["result"]


def put_back_file(workspace: Workspace, folder: Path) -> Callable[[], None]:
    """Keeps the file of the database as it is, and gives what puts it back."""
    path = workspace.root / "offrecord.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(path, folder / "earlier.db")

    def restored() -> None:
        workspace.db.dispose()
        for name in ("offrecord.db-wal", "offrecord.db-shm"):
            (workspace.root / name).unlink(missing_ok=True)
        shutil.copy(folder / "earlier.db", path)

    return restored


def put_back_on(server: Server) -> Callable[[Workspace, Path], Callable[[], None]]:
    """The same on a server: a dump that is restored under another name, which the settings then have."""

    def kept(workspace: Workspace, _: Path) -> Callable[[], None]:
        workspace.db.dispose()
        url, path = workspace.settings.database.url, workspace.root / FILE_NAME
        earlier = server.copied_database(url)
        return lambda: (path.write_text(path.read_text("utf-8").replace(url, earlier), "utf-8"), None)[1]

    return kept


def test_what_another_command_writes_meanwhile_is_no_earlier_state(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_seals = workspace.heads.kept_seals

    def and_then_a_run() -> dict[str, Head]:
        kept = kept_seals()
        with workspace.locked():
            Registry(workspace.db).conclude(SessionState(state_key="k3", valid_until=3.5, attempts=3, result=RESULT))
        return kept

    monkeypatch.setattr(workspace.heads, "kept_seals", and_then_a_run)
    assert integrity.changed_tables(workspace) == []


def test_a_commit_that_breaks_off_says_nothing_to_the_file_of_heads(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(_: object) -> None:
        raise workspace.db.dialect.loaded_dbapi.OperationalError("the connection is lost")

    before = workspace.ledger.verify()
    with monkeypatch.context() as patch:
        patch.setattr(workspace.db.dialect, "do_commit", broken_off)
        with pytest.raises(DBAPIError):
            workspace.ledger.append("kind", "lost", {})
    assert workspace.ledger.verify() == before
    workspace.ledger.append("kind", "kept", {})
    assert workspace.ledger.verify() == before + 1


def test_without_its_key_nothing_is_written_and_the_key_is_named(workspace: Workspace) -> None:
    (workspace.root / "keys" / "plan").unlink()
    opened = Workspace.open(workspace.root)
    with pytest.raises(WorkspaceDamaged, match="plan is missing"):
        Registry(opened.db).forget("/inbox/two")
    assert "/inbox/two" in Registry(opened.db).entries()


def test_a_value_is_sealed_as_its_column_keeps_it(workspace: Workspace, each_database: str) -> None:
    endless = "9e999" if each_database == "sqlite" else "'Infinity'"
    with workspace.db.begin() as connection:
        for name, value in (("a", "2"), ("b", "'7'"), ("c", endless), ("d", "-0.0"), ("e", "1e15"), ("f", "0.1")):
            connection.execute(text(f"INSERT INTO result VALUES ('{name}', 'k', {value}, '3', 0, 'b')"))
        connection.execute(text("UPDATE result SET valid_until = '12' WHERE session_id = 'a'"))
        connection.execute(text("UPDATE result SET valid_until = '-0.0' WHERE session_id = 'b'"))
    assert integrity.changed_tables(workspace) == []


def test_a_row_among_many_is_found_whichever_way_the_rows_around_it_are_hashed(workspace: Workspace) -> None:
    with workspace.db.begin() as connection:
        for number in range(250):
            body = "it's é" if number == 120 else "{}"
            values = f"('{number:03}', 'k', 1.5, 3, 0, :body)"
            connection.execute(text(f"INSERT INTO result VALUES {values}"), {"body": body})
    assert integrity.changed_tables(workspace) == []
    with behind(workspace) as connection:
        for number in (7, 130, 249):
            for attempts, changed in ((4, ["result"]), (3, [])):
                connection.execute(text(f"UPDATE result SET attempts = {attempts} WHERE session_id = '{number:03}'"))
                assert integrity.changed_tables(workspace) == changed


def test_every_table_that_is_no_chain_is_sealed() -> None:
    unsealed = {table.name for table in metadata.tables.values()} - {
        table.name for table in (*SEALED, *chained_tables())
    }
    assert unsealed == {"row_seal", "session_words", "fence"}, "rows of session_words prove themselves"


_VALUES = st.none() | st.integers() | st.binary() | st.floats(allow_nan=False)


@given(st.lists(st.tuples(st.text(), _VALUES), max_size=5))
def test_the_sum_does_not_depend_on_the_order_and_goes_back_with_every_row(rows: list[tuple[object, ...]]) -> None:
    sealer = Sealer(lambda: bytes(32))
    macs = [sealer.row_mac("t", *row) for row in rows]
    empty = sealer.sealed("t", TableSeal())

    def after(order: list[str]) -> str:
        seal = empty
        for mac in order:
            seal = sealer.resealed("t", seal, mac, "")
        return seal

    assert after(macs) == after(macs[::-1])
    seal = after(macs)
    for mac in macs:
        seal = sealer.resealed("t", seal, "", mac)
    assert sealer.opened("t", seal) == TableSeal(version=2 * len(macs))
    assert sealer.opened("u", seal) is None


def test_keys_that_are_gone_emptied_or_others_are_told(workspace: Workspace) -> None:
    assert integrity.changed_keys(workspace) == []
    keys = workspace.root / "keys"
    (keys / "alias").write_bytes(b"")
    (keys / "identity").write_bytes(bytes(32))
    (keys / "signing").unlink()
    assert integrity.changed_keys(workspace) == ["alias", "identity", "signing"]
    with pytest.raises(WorkspaceDamaged, match="alias, identity, signing"):
        integrity.check(workspace)
    with pytest.raises(WorkspaceDamaged, match="alias is not whole"):
        workspace.key("alias")


def test_a_rendition_that_is_gone_is_told_until_it_is_noted(workspace: Workspace) -> None:
    assert integrity.missing_renditions(workspace) == ["2026-11-18-aaaaaaaa/internal"]
    assert not workspace.retract(RESULT.session_id, Audience.INTERNAL)
    assert integrity.missing_renditions(workspace) == []
    assert releases.current_entry(workspace.ledger, RESULT.session_id, Audience.INTERNAL) is None


def test_exports_that_are_changed_added_or_gone_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    assert integrity.changed_exports(folder, []) == []
    folder.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (folder / name).write_text(name)
    files = [OutFile(name=path.name, digest=file_digest(path)) for path in sorted(folder.iterdir())]
    assert integrity.changed_exports(folder, files) == []
    begun = [OutFile(name="a.csv", digest="0" * 64), OutFile(name="z.csv", digest="1" * 64)]
    assert integrity.changed_exports(folder, files, begun) == [], "nothing of what was begun is in place yet"
    (folder / "z.csv").write_text("z")
    begun[1] = OutFile(name="z.csv", digest=file_digest(folder / "z.csv"))
    assert integrity.changed_exports(folder, files, begun) == []
    (folder / "z.csv").unlink()
    (folder / "a.csv").write_text("changed")
    (folder / "b.csv").unlink()
    (folder / "d.csv").write_text("added")
    (folder / "c.csv").rename(folder / "e.csv")
    (folder / "c.csv").symlink_to(folder / "e.csv")
    assert integrity.changed_exports(folder, files) == ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"]
    assert integrity.changed_exports(folder, []) == ["a.csv", "c.csv", "d.csv", "e.csv"]


@given(st.lists(st.tuples(st.text() | st.text(alphabet="az '\"\\\x7f\n", max_size=4), _VALUES), min_size=1, max_size=4))
def test_rows_are_hashed_the_same_whether_their_texts_are_written_with_escapes_or_need_none(
    rows: list[tuple[object, ...]],
) -> None:
    sealer = Sealer(lambda: bytes(32))
    key = hmac.digest(bytes(32), b"offrecord row seals v1", "sha256")
    for row in rows:
        written = [each if isinstance(each, bytes) else repr(each).encode() for each in row]
        parts = [f"{type(each).__name__}:{len(form)}:".encode() + form for each, form in zip(row, written, strict=True)]
        expected = hmac.digest(key, b"".join(parts), "sha256")
        assert sealer.row_digest(row) == expected
        if needs_no_escape(rows):
            assert sealer.row_digest(row, is_plain=True) == expected
