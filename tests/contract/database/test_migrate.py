"""A start brings the schema up to date, or says in one line what is wrong; it never harms what is there."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, insert, text

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.core.outcomes import CallState
from hotline1022.db import migrate as migration
from hotline1022.db.migrate import HEAD, back_up, current, migrate
from hotline1022.db.tables import call
from hotline1022.db.tables_menu import menu_draft
from hotline1022.db.unit import Database
from hotline1022.ivr.types import MenuVersion
from tests.contract.database.made import T0, a_call, of_calls
from tests.lab.postgres import TemporaryPostgres


async def set_revision(address: str | Path, revision: str) -> None:
    async with Database(address) as database, database.transaction() as tx:
        await tx._connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))


async def migrate_to(address: str, revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the schema of an older version."""
    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migration, "HEAD", revision)
        older.setattr(migration, "REVISIONS", migration.REVISIONS[: migration.REVISIONS.index(revision) + 1])
        older.setattr(command, "upgrade", lambda config, _: upgrade(config, revision))
        assert (await migrate(address)).after == revision


def copies(folder: Path) -> list[Path]:
    return list(folder.glob("*.bak"))


async def test_a_second_start_does_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(url: URL) -> None:
        raise AssertionError("there was nothing to do")

    monkeypatch.setattr(migration, "_upgrade", never)
    done = await migrate(address)
    assert (done.before, done.after, done.backup) == (HEAD, HEAD, None)


async def test_two_services_that_start_together(empty: str) -> None:
    asked = "import asyncio, sys; from hotline1022.db.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"
    services = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", asked, empty, stderr=asyncio.subprocess.PIPE)
        for _ in range(3)
    ]
    async with asyncio.timeout(60):
        told = [(await service.communicate())[1] for service in services]
    assert [service.returncode for service in services] == [0, 0, 0], told
    assert await current(empty) == HEAD


async def test_two_migrations_in_one_process(empty: str) -> None:
    first, second = await asyncio.gather(migrate(empty), migrate(empty))
    assert {first.after, second.after} == {HEAD}


async def test_who_starts_beside_another_on_a_new_file_waits(tmp_path: Path) -> None:
    """SQLite itself does not wait in the switch to write-ahead logging while somebody writes."""
    file = tmp_path / "hotline.sqlite"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE mine (x INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    start = asyncio.create_task(migrate(file))
    await asyncio.sleep(0.5)
    assert not start.done()
    other.execute("COMMIT")
    other.close()
    assert (await start).after == HEAD


async def test_a_schema_newer_than_the_code_is_refused_and_not_touched(address: str, tmp_path: Path) -> None:
    await set_revision(address, "9999")
    with pytest.raises(ConfigError, match="newer") as caught:
        await migrate(address)
    assert caught.value.error_id == "schema-newer"
    assert await current(address) == "9999"
    assert not copies(tmp_path)


async def test_tables_of_somebody_else_are_refused_and_left(empty: str) -> None:
    if empty.startswith("sqlite"):
        Path(empty.removeprefix("sqlite:///")).parent.mkdir()
    async with Database(empty) as database, database.transaction() as tx:
        await tx._connection.execute(text("CREATE TABLE voicemail (mine INTEGER)"))
    with pytest.raises(ConfigError) as caught:
        await migrate(empty)
    assert caught.value.error_id == "database-foreign"
    assert await current(empty) is None, "a migration that fails leaves nothing behind"


async def test_an_update_copies_the_file_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "db" / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        await database.save(of_calls(a_call("kept")))
    await set_revision(file, "0000")
    monkeypatch.setattr(migration, "REVISIONS", ("0000", HEAD))

    def upgrade(url: URL) -> None:
        assert copies(file.parent), "the copy comes first"
        with closing(sqlite3.connect(url.database or "")) as connection:
            connection.execute("DELETE FROM call")
            connection.execute(f"UPDATE alembic_version SET version_num = '{HEAD}'")
            connection.commit()

    monkeypatch.setattr(migration, "_upgrade", upgrade)
    done = await migrate(file, clock=lambda: datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC))
    assert done.backup is not None
    assert done.backup.name == "hotline.sqlite.0000-20260302T010203000000Z.bak"
    assert stat.S_IMODE(done.backup.stat().st_mode) & 0o027 == 0
    with closing(sqlite3.connect(done.backup)) as copy:
        assert copy.execute("SELECT id FROM call").fetchall() == [("kept",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_last_three_copies_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    asyncio.run(migrate(file))
    for revision, day in (("0010", 0), ("0001", 1), ("0005", 2), ("0003", 3), ("0002", 4)):
        back_up(file, revision, T0 + timedelta(days=day))
    kept = [path.name.split(".")[2][:4] for path in copies(tmp_path)]
    assert sorted(kept) == ["0002", "0003", "0005"]
    assert not list(tmp_path.glob("*.part"))


async def test_a_new_file_is_not_for_everybody(tmp_path: Path) -> None:
    file = tmp_path / "new" / "hotline.sqlite"
    await migrate(file)
    async with Database(file) as database:
        await database.save(of_calls(a_call()))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o027 for path in file.parent.iterdir()}
    assert len(modes) >= 2
    assert set(modes.values()) == {0}


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    file.write_bytes(b"this is no database, whatever its name says\n" * 100)
    with pytest.raises(ConfigError) as caught:
        await migrate(file)
    assert caught.value.error_id == "database-damaged"


async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("a file where the folder should be")
    with pytest.raises(ConfigError) as caught:
        await migrate(tmp_path / "db" / "hotline.sqlite")
    assert caught.value.error_id == "database-unwritable"


@pytest.mark.postgres
async def test_postgres_login_and_name_are_checked(cluster: TemporaryPostgres) -> None:
    with pytest.raises(ConfigError) as caught:
        await migrate(cluster.url("postgres", password="wrong-secret"))
    assert caught.value.error_id == "database-login"
    assert "wrong-secret" not in str(caught.value)
    with pytest.raises(ConfigError) as caught:
        await migrate(cluster.url("nowhere"))
    assert caught.value.error_id == "database-missing"
    assert "createdb" in str(caught.value)


async def test_postgres_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await migrate("postgresql://somebody:secret@127.0.0.1:9/hotline")


async def test_nothing_to_do_is_quick(tmp_path: Path) -> None:
    """Alembic is not even imported."""
    file = tmp_path / "hotline.sqlite"
    await migrate(file)
    asked = (
        "import asyncio, sys; from pathlib import Path; from hotline1022.db.migrate import migrate;"
        f"asyncio.run(migrate(Path({str(file)!r}))); assert 'alembic' not in sys.modules"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


async def test_the_developers_command_works(tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    words = [sys.executable, "-m", "alembic", "-x", f"url=sqlite:///{file}", "upgrade", "head"]
    done = await asyncio.to_thread(
        subprocess.run,
        words,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert await current(file) == HEAD


async def test_from_the_first_schema_everything_is_kept(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate_to(empty, "0001", monkeypatch)
    async with Database(empty) as database, database.transaction() as tx:  # with the columns of that day
        row = {"id": "kept", "entered_at": T0, "did": "1022", "caller_raw": "0901234567", "state": CallState.MENU}
        rest = dict.fromkeys(("category", "mode", "line", "person"), "")
        await tx._connection.execute(call.insert().values(**row, **rest, backfilled=False, talk_ms=0, version=1))
    done = await migrate(empty)
    assert (done.before, done.after) == ("0001", HEAD)
    assert (done.backup is not None) == empty.startswith("sqlite")
    async with Database(empty) as database:
        async with database.reading() as tx:
            kept = (await tx.calls.get("kept")).call
            assert (kept.caller_raw, kept.caller_sent) == ("0901234567", "")
        async with database.transaction() as tx:
            assert await tx.agents.try_pin("1001", T0, tries=1, since=T0)


async def test_a_draft_of_the_menu_gets_the_version_that_was_in_force_when_it_was_saved(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate_to(empty, migration.REVISIONS[migration.REVISIONS.index("0036") - 1], monkeypatch)
    hour = timedelta(hours=1)
    async with Database(empty) as database:
        async with database.transaction() as tx:
            for number, at in ((1, T0), (2, T0 + 2 * hour)):
                version = MenuVersion(number=number, sha256=f"{number:064}", note="", by="user:lan", at=at)
                await tx.menus.add(version, "text")
            row = {"id": 1, "text": "text", "by": "user:lan", "at": T0 + hour, "revision": 7}
            await tx._connection.execute(insert(menu_draft).values(row))
        await migrate(empty)
        async with database.reading() as tx:
            draft = await tx.menus.draft()
    assert draft is not None and (draft.base, draft.note, draft.revision) == (1, "", 7)
