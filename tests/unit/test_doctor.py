"""Doctor's points: each says ok, note or WRONG for the right reason, names the cure, and leaves the disk as it was."""

import os
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError, HotlineError, Unavailable
from hotline1022.db.migrate import HEAD, migrate
from hotline1022.ivr.load import load as load_menu
from hotline1022.ivr.prompts import missing
from hotline1022.recordings.keys import make_key
from hotline1022.service.asterisk.engine_find import AsteriskEngine
from hotline1022.service.doctor import machine as doctor_machine
from hotline1022.service.doctor import points as doctor
from hotline1022.service.doctor.keys import keys
from hotline1022.service.doctor.note import Note
from hotline1022.service.settings.recordings import Recordings
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Asterisk, Copies, Database, Settings
from tests.lab.ffmpeg import ffmpeg
from tests.lab.ports import free_port
from tests.unit.doctor_world import listening, settings_in, tree


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def words(text: str) -> list[str]:
    return [line[:5].strip() for line in text.splitlines()]


async def test_one_line_a_point_and_nothing_is_changed(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(tmp_path)
    assert await doctor.examine(settings) is True
    said = capsys.readouterr().out
    assert tree(tmp_path) == before
    assert len(said.splitlines()) == len(doctor.POINTS)
    assert set(words(said)) <= {"ok", "note"}
    assert f"Python {sys.version_info[0]}." in said


async def test_what_is_wrong_is_printed_and_all_others_are_still_looked_at(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(settings.service.http_port):
        assert await doctor.examine(settings) is False
    said = capsys.readouterr().out
    assert len(said.splitlines()) == len(doctor.POINTS)
    assert words(said).count("WRONG") == 1
    assert "service.http_port" in said


async def test_a_place_that_may_not_be_read_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def forbidden(settings: Settings) -> str:
        raise PermissionError(13, "Permission denied", "/somewhere/secrets")

    monkeypatch.setattr(doctor, "POINTS", (forbidden,))
    assert await doctor.examine(settings) is False
    said = capsys.readouterr().out
    assert said.startswith("WRONG  /somewhere/secrets: Permission denied; run doctor as")


# -- Asterisk


def engine(folder: Path, version: tuple[int, int, int] = (22, 10, 1), *, lacks: str = "") -> AsteriskEngine:
    modules = folder / "modules"
    modules.mkdir()
    listed = (Path(__file__).parents[2] / "asterisk-conf/pbx/modules.conf").read_text(encoding="utf-8")
    for line in listed.splitlines():
        key, _, name = line.partition("=")
        if key in {"load", "preload"} and name != lacks:
            (modules / name).touch()
    return AsteriskEngine(command=("/x/asterisk",), version=version, modules=modules, documentation=folder, sounds=None)


def found(monkeypatch: pytest.MonkeyPatch, one: AsteriskEngine) -> None:
    monkeypatch.setattr(doctor_machine, "find_engine", lambda binary: one)


async def test_an_upstream_build_is_ok(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, engine(tmp_path))
    assert (await doctor_machine.asterisk(settings)).startswith("Asterisk 22.10.1 (/x/asterisk)")


async def test_a_debian_build_is_a_note_unless_a_call_proves_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = engine(tmp_path)
    (one.modules / doctor_machine.DEBIAN_ONLY).touch()
    found(monkeypatch, one)
    with pytest.raises(Note, match=r"loses the second person.*upstream's source"):
        await doctor_machine.asterisk(settings)
    assert "Asterisk 22.10.1" in await doctor_machine.asterisk(settings, proved=True)


async def test_another_branch_is_a_note(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, engine(tmp_path, (23, 0, 0)))
    with pytest.raises(Note, match="CVE-2026-57191"):
        await doctor_machine.asterisk(settings)


async def test_a_lacking_module_is_wrong(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, engine(tmp_path, lacks="cel_custom.so"))
    with pytest.raises(ConfigError, match=r"lacks 1 of \d+ modules: cel_custom\.so; install"):
        await doctor_machine.asterisk(settings)


async def test_one_below_the_advisory_is_wrong(settings: Settings, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "asterisk"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho Asterisk 22.10.0\n", encoding="utf-8")
    old.chmod(0o755)
    with pytest.raises(ConfigError, match="CVE-2026-57191"):
        await doctor_machine.asterisk(replace(settings, asterisk=Asterisk(binary=str(old))))


# -- prompts


def no_espeak() -> None:
    raise ConfigError("espeak-ng is missing; install it")


async def test_missing_prompts_are_a_note_before_the_start_and_wrong_while_it_runs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Note, match="`hotline1022 prompts` makes them"):
        await doctor_machine.menu(settings)
    monkeypatch.setattr(doctor_machine, "asterisk_of", lambda settings: True)
    with pytest.raises(ConfigError, match="callers hear nothing"):
        await doctor_machine.menu(settings)


async def test_ffmpeg_is_told_with_what_it_can_encode(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ffmpeg()
    monkeypatch.setattr(doctor_machine, "find_ffmpeg", lambda binary: found)
    assert "copies as mp3 and opus" in await doctor_machine.ffmpeg(settings)
    poor = replace(found, encoders=frozenset({"libopus"}))
    monkeypatch.setattr(doctor_machine, "find_ffmpeg", lambda binary: poor)
    with pytest.raises(Note, match="cannot encode mp3"):
        await doctor_machine.ffmpeg(settings)
    monkeypatch.undo()
    wrong = replace(settings, copies=Copies(ffmpeg="/no/such/ffmpeg"))
    with pytest.raises(ConfigError, match=r"scripts/private-root ffmpeg"):
        await doctor_machine.ffmpeg(wrong)
    monkeypatch.setenv("HOTLINE1022_ROOT", "/no/such/root")
    monkeypatch.setenv("PATH", "/no/such/bin")
    with pytest.raises(Note, match="the WAV copy needs none"):
        await doctor_machine.ffmpeg(settings)


async def test_espeak_is_needed_as_long_as_prompts_are_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_machine, "find_espeak", no_espeak)
    with pytest.raises(ConfigError, match="install it"):
        await doctor_machine.espeak(settings)
    for name in missing(load_menu(None), settings.paths.prompts):
        file = settings.paths.prompts / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"sound")
    with pytest.raises(Note, match="nothing needs it"):
        await doctor_machine.espeak(settings)
    assert "all prompts are there" in await doctor_machine.menu(settings)


# -- data folder and secrets


async def test_keys_of_recordings(settings: Settings, tmp_path: Path) -> None:
    assert "are not sealed" in await keys(settings)
    folder = tmp_path / "keys"
    sealing = replace(settings, recordings=Recordings(seal=True, keys=str(folder)))
    with pytest.raises(Unavailable, match="recordings key new"):
        await keys(sealing)
    made = make_key(folder, datetime(2026, 11, 29, tzinfo=UTC))
    assert f"sealed with key {made.id}" in await keys(sealing)
    for file in folder.iterdir():
        file.chmod(0o644)
    make_key(folder, datetime(2026, 11, 30, tzinfo=UTC))
    with pytest.raises(Unavailable, match="chmod 0600"):
        await keys(sealing)
    inside = replace(settings, recordings=Recordings(keys=str(settings.paths.data / "keys")))
    with pytest.raises(ConfigError, match="lies in the data folder"):
        await keys(inside)


async def test_a_file_in_the_place_of_the_data_folder(settings: Settings) -> None:
    settings.paths.data.touch()
    with pytest.raises(ConfigError, match="is no folder"):
        await doctor_machine.data(settings)


async def test_a_folder_that_may_not_be_written(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.paths.spool.mkdir(parents=True)
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != settings.paths.spool and real(path, mode))
    with pytest.raises(ConfigError, match=r"spool cannot be written by"):
        await doctor_machine.data(settings)


async def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "made at the first start: can be written" in await doctor_machine.data(settings)
    monkeypatch.setattr("hotline1022.service.checks.LOW_BYTES", 1 << 62)
    with pytest.raises(Unavailable, match="make room"):
        await doctor_machine.data(settings)


async def test_secrets(settings: Settings) -> None:
    assert "first start" in await doctor_machine.secrets(settings)
    folder = settings.paths.secrets
    ensure_secrets(folder, settings.lines.numbers)
    assert (await doctor_machine.secrets(settings)).startswith("7 secrets")
    (folder / "line-103").unlink()
    assert "line-103: made at the next start" in await doctor_machine.secrets(settings)
    (folder / "line-99").write_text("of a removed line\n", encoding="utf-8")
    (folder / "line-99").chmod(0o640)
    with pytest.raises(ConfigError, match=r"mode 0640.*chmod 0600"):
        await doctor_machine.secrets(settings)
    (folder / "line-99").unlink()
    (folder / "tls.key").touch(mode=0o644)
    (folder / "tls.key").chmod(0o644)
    with pytest.raises(ConfigError, match="others may read this key"):
        await doctor_machine.secrets(settings)
    folder.chmod(0o755)
    with pytest.raises(ConfigError, match="chmod 0700"):
        await doctor_machine.secrets(settings)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


# -- database


async def test_sqlite_is_read_without_a_trace(settings: Settings) -> None:
    assert "first start" in await doctor_machine.database(settings)
    settings.paths.db.mkdir(parents=True)
    await migrate(settings.database_url)
    before = tree(settings.paths.db)
    assert f"schema {HEAD}" in await doctor_machine.database(settings)
    assert tree(settings.paths.db) == before


async def test_sqlite_in_use_and_of_other_versions(settings: Settings) -> None:
    settings.paths.db.mkdir(parents=True)
    await migrate(settings.database_url)
    with closing(sqlite3.connect(settings.paths.db / settings.SQLITE_NAME)) as writer:
        writer.execute("UPDATE alembic_version SET version_num = '9999'")
        writer.commit()
        with pytest.raises(ConfigError, match="newer than this program's"):
            await doctor_machine.database(settings)
        writer.execute("DELETE FROM alembic_version")
        writer.commit()
        with pytest.raises(Note, match=f"empty; the next start brings it to {HEAD}"):
            await doctor_machine.database(settings)


async def test_a_file_that_is_no_database(settings: Settings) -> None:
    settings.paths.db.mkdir(parents=True)
    (settings.paths.db / settings.SQLITE_NAME).write_bytes(b"not a database at all" * 100)
    with pytest.raises(ConfigError, match="put back a copy"):
        await doctor_machine.database(settings)


async def test_a_postgresql_that_is_not_there_and_its_password(settings: Settings) -> None:
    url = f"postgresql://hotline:geheim@127.0.0.1:{free_port('tcp')}/hotline"
    with pytest.raises(HotlineError) as caught:
        await doctor_machine.database(replace(settings, database=Database(url=url)))
    assert caught.value.error_id == "database-away"
    assert "geheim" not in str(caught.value)
