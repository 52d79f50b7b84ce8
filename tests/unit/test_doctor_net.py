"""Doctor's points outside the data folder: ports, addresses, clock, and what real calls prove."""

import os
import socket
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.service.doctor import machine as doctor_machine
from hotline1022.service.doctor import net as doctor_net
from hotline1022.service.doctor import points as doctor
from hotline1022.service.doctor.ear import Heard
from hotline1022.service.doctor.note import Note
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings
from tests.unit.doctor_world import listening, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


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
