"""Doctor's points: each says ok, note or WRONG for the right reason, names the cure, and leaves the disk as it was."""

import os
import socket
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from hotline1022.core.errors import ConfigError, HotlineError, Unavailable
from hotline1022.db.migrate import HEAD, migrate
from hotline1022.ivr.load import load as load_menu
from hotline1022.ivr.prompts import missing
from hotline1022.recordings.keys import make_key
from hotline1022.service import doctor, doctor_machine, doctor_net
from hotline1022.service.doctor_ear import Heard
from hotline1022.service.doctor_keys import keys
from hotline1022.service.doctor_note import Note
from hotline1022.service.engine_find import AsteriskEngine
from hotline1022.service.secrets import ensure_secrets
from hotline1022.service.settings import Asterisk, Database, Paths, Service, Settings
from hotline1022.service.settings_recordings import Recordings
from tests.lab.ports import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        paths=Paths(data=tmp_path / "data"),
        asterisk=Asterisk(sip_port=free_port("udp"), ami_port=free_port("tcp")),
        service=Service(agi_port=free_port("tcp"), http_port=free_port("tcp")),
    )


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below, with mode, size and time of the last change."""
    return {
        str(path.relative_to(folder)): (about.st_mode, about.st_size, about.st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
        for about in [path.lstat()]
    }


@contextmanager
def listening(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[None]:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            one.listen(1)
        yield


# -- the whole


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
    assert (await doctor_machine.secrets(settings)).startswith("6 secrets")
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


# -- ports


async def test_free_ports_are_free_and_not_ours(settings: Settings) -> None:
    said = await doctor_net.ports(settings)
    assert said.startswith("ports are free")
    assert f"AMI 127.0.0.1:{settings.asterisk.ami_port}/tcp" in said
    assert await doctor_net.answers(settings) == "1022 is not running: AMI and SIP were not asked"


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
async def test_a_stranger_on_a_port_is_named(settings: Settings, kind: socket.SocketKind) -> None:
    match = rf"held by process {os.getpid()} .*; end it, or set asterisk\.sip_port"
    with listening(settings.asterisk.sip_port, kind), pytest.raises(ConfigError, match=match):
        await doctor_net.ports(settings)


async def test_who_has_files_of_the_data_folder_open_is_the_hotline(settings: Settings) -> None:
    settings.paths.data.mkdir()
    with (settings.paths.data / "service.lock").open("w"), listening(settings.service.agi_port):
        said = await doctor_net.ports(settings)
        assert said.startswith("ports are held by our own running hotline: FastAGI; free: SIP")
        with pytest.raises(ConfigError, match="its Asterisk does not; start Asterisk"):
            await doctor_net.answers(settings)


async def test_a_stranger_on_the_manager_port_is_not_sent_the_password(settings: Settings) -> None:
    ensure_secrets(settings.paths.secrets, settings.lines.numbers)
    with socket.socket() as one:
        one.bind(("127.0.0.1", settings.asterisk.ami_port))
        one.listen(1)
        one.setblocking(False)
        assert await doctor_net.answers(settings) == "AMI was not asked: its port is not ours"
        with pytest.raises(BlockingIOError):
            one.accept()


async def test_an_address_of_another_machine(settings: Settings) -> None:
    away = replace(settings, asterisk=replace(settings.asterisk, bind="192.0.2.10"))
    with pytest.raises(ConfigError, match=r"cannot be opened .*; set asterisk\.bind"):
        await doctor_net.ports(away)


def test_the_kernel_s_tables_are_understood(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    rest = "00000000:00000000 00:00000000 00000000     0        0"
    (tmp_path / "net" / "tcp").write_text(
        head
        + f"   0: 0100007F:13AE 00000000:0000 0A {rest} 41 1 0000000000000000\n"
        + f"   1: 0100007F:13AE 0100007F:D431 01 {rest} 42 1 0000000000000000\n",
        encoding="ascii",
    )
    (tmp_path / "net" / "tcp6").write_text(
        head
        + f"   0: 00000000000000000000000000000000:13AE {'0' * 32}:0000 0A {rest} 43 1 0000000000000000\n"
        + f"   1: 0000000000000000FFFF00000100007F:0050 {'0' * 32}:0000 0A {rest} 44 1 0000000000000000\n",
        encoding="ascii",
    )
    seen = {(one.host, one.number, one.kind, one.inode) for one in doctor_net.sockets(tmp_path)}
    assert seen == {("127.0.0.1", 5038, "tcp", "41"), ("::", 5038, "tcp", "43"), ("127.0.0.1", 80, "tcp", "44")}


@pytest.mark.parametrize(
    ("host", "wrong"), [("0.0.0.0", True), ("::", True), ("192.0.2.1", True), ("127.0.0.1", False)]
)
@pytest.mark.parametrize("door", ["ami", "agi"])
async def test_manager_and_fastagi_are_for_this_machine_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, host: str, wrong: bool, door: str
) -> None:
    number = settings.asterisk.ami_port if door == "ami" else settings.service.agi_port
    one = doctor_net.Socket(host=host, number=number, kind="tcp", inode="1")
    monkeypatch.setattr(doctor_net, "sockets", lambda: iter([one]))
    if wrong:
        with pytest.raises(ConfigError, match="not on loopback only") as caught:
            await doctor_net.exposure(settings)
        assert caught.value.error_id == "exposed"
    else:
        assert "loopback only" in await doctor_net.exposure(settings)


async def test_wide_addresses_are_a_note(settings: Settings) -> None:
    wide = replace(settings, asterisk=replace(settings.asterisk, bind="0.0.0.0"))
    with pytest.raises(Note, match=r"asterisk\.bind open every address"):
        await doctor_net.exposure(wide)
    http = replace(settings, service=replace(settings.service, http_address="192.0.2.1"))
    with pytest.raises(Note, match="without TLS"):
        await doctor_net.exposure(http)


# -- time


async def test_time_zone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "7 h ahead" in await doctor_machine.zone(settings)

    def absent(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(doctor_machine, "ZoneInfo", absent)
    with pytest.raises(ConfigError, match="install the package tzdata"):
        await doctor_machine.zone(settings)


async def test_clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    assert "kept right" in await doctor_machine.clock(settings, kept=lambda: True)
    for unknown in (False, None):
        with pytest.raises(Note, match="install chrony"):
            await doctor_machine.clock(settings, kept=lambda unknown=unknown: unknown)  # type: ignore[misc]
    file = settings.paths.journal / "cel.jsonl"
    file.parent.mkdir(parents=True)
    file.touch()
    os.utime(file, (now + 3600, now + 3600))
    with pytest.raises(ConfigError, match="the clock went back"):
        await doctor_machine.clock(settings, kept=lambda: True)
    now = 1_000_000_000.0
    with pytest.raises(ConfigError, match="long ago"):
        await doctor_machine.clock(settings, kept=lambda: True)


# -- what the calls prove


def heard(*, holes: tuple[str, ...] = (), lost: int = 0) -> Heard:
    return Heard(calls=8, holes=holes, people=24, lost=lost)


def test_whole_tracks_are_ok() -> None:
    assert "8 calls to itself in 11 s, each of 32 people is complete" in doctor.own_tracks(heard(), 11.2)
    assert "does not have the defect" in doctor.heard_track(heard())


def test_a_hole_in_an_own_track_is_wrong() -> None:
    with pytest.raises(Unavailable, match=r"1 of 32 .*call 3, second: second 1") as caught:
        doctor.own_tracks(heard(holes=("call 3, second: second 1",)), 11.2)
    assert not isinstance(caught.value, Note)


def test_the_defect_is_a_note_that_names_what_to_run() -> None:
    with pytest.raises(
        Note, match=r"this build has the defect.*lost 9 of 24.*complete all the same.*upstream's source"
    ):
        doctor.heard_track(heard(lost=9))


@pytest.mark.parametrize(("found", "well"), [(heard(), True), (heard(lost=9), True), (heard(holes=("x",)), False)])
async def test_the_calls_are_judged_only_when_asked_for(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: Heard,
    well: bool,
) -> None:
    async def prove(*_: object) -> Heard:
        return found

    monkeypatch.setattr(doctor, "prove", prove)
    monkeypatch.setattr(doctor, "POINTS", ())
    assert await doctor.examine(settings) is True
    assert capsys.readouterr().out == ""
    assert await doctor.examine(settings, call=True) is well
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "calls itself" in said.err


async def test_calls_that_do_not_come_about_are_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def prove(*_: object) -> Heard:
        raise Unavailable("only 3 of 8 calls to itself were recorded whole")

    monkeypatch.setattr(doctor, "prove", prove)
    monkeypatch.setattr(doctor, "POINTS", ())
    assert await doctor.examine(settings, call=True) is False
    assert capsys.readouterr().out.startswith("WRONG  only 3 of 8")
