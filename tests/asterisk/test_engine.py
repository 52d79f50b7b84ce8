"""Finding and running an Asterisk: every way in which it can be missing is told with its cure."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.service.asterisk import engine_folder
from hotline1022.service.asterisk.engine import AsteriskInstance, Port, find_engine
from hotline1022.service.asterisk.engine_find import parse_version

pytestmark = pytest.mark.asterisk

BARE = {"modules.conf": "[modules]\nautoload = no\n", "extensions.conf": "[empty]\n"}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", (22, 10, 1)),
        ("Asterisk 20.4.0~dfsg+~cs6.13.40431414-2", (20, 4, 0)),
        ("Asterisk certified/20.7-cert5", (20, 7, 5)),
        ("Asterisk 23.0.0", (23, 0, 0)),
        ("Asterisk GIT-master-1a2b3c", None),
    ],
)
def test_the_version_is_read(said: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(said) == version


def test_an_old_asterisk_is_refused_with_the_cure(tmp_path: Path) -> None:
    old = tmp_path / "asterisk"
    old.write_text("#!/bin/sh\necho Asterisk 20.4.0~dfsg\n")
    old.chmod(0o755)
    with pytest.raises(ConfigError, match=r"20\.4\.0; 22\.10\.1 or newer.*scripts/private-root") as caught:
        find_engine(str(old))
    assert caught.value.error_id == "asterisk-too-old"


def test_no_asterisk_at_all_names_the_command_that_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE1022_ROOT", str(tmp_path))
    monkeypatch.setattr("hotline1022.service.asterisk.engine_find.shutil.which", lambda name, path=None: None)
    with pytest.raises(ConfigError, match="scripts/private-root asterisk espeak-ng") as caught:
        find_engine()
    assert caught.value.error_id == "asterisk-missing"
    with pytest.raises(ConfigError, match=r"asterisk\.binary"):
        find_engine(str(tmp_path / "nowhere"))


async def test_it_starts_answers_stops_and_starts_again(tmp_path: Path) -> None:
    pbx = AsteriskInstance(tmp_path, BARE, find_engine(), system_name="tên", die_with_parent=True)
    await pbx.start()
    assert pbx.running and "0 active channels" in await pbx.cli("core show channels count")
    assert (tmp_path / "log/cel-custom").is_dir()
    with pytest.raises(Unavailable, match=r"runs in .* already"):
        await pbx.start()
    await pbx.stop()
    assert not pbx.running
    with pytest.raises(Unavailable) as caught:
        await pbx.cli("core show version")
    assert caught.value.error_id == "asterisk-not-running"
    await pbx.start()
    await pbx.kill9()
    assert await pbx.wait() == -9
    await pbx.start()
    await pbx.stop()


async def test_a_running_one_is_adopted_by_a_later_service(tmp_path: Path) -> None:
    first = AsteriskInstance(tmp_path, BARE, find_engine(), die_with_parent=True)
    later = AsteriskInstance(tmp_path, BARE, find_engine())
    assert not await later.adopt()
    await first.start()
    try:
        assert await later.adopt() and later.pid == first.pid
        await later.stop()
        assert not later.running
        async with asyncio.timeout(5):
            await first.wait()
    finally:
        await first.stop()


async def test_a_deep_folder_still_gets_a_control_socket(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-long-folder-name-of-30-signs"] * 4)
    pbx = AsteriskInstance(deep, BARE, find_engine(), die_with_parent=True)
    assert len(os.fsencode(pbx.run)) < 80 and pbx.run == AsteriskInstance(deep, BARE, pbx.engine).run
    await pbx.start()
    try:
        assert "Asterisk 22" in await pbx.cli("core show version")
    finally:
        await pbx.stop()
    assert not pbx.run.exists()


@pytest.mark.parametrize("kind", ["udp", "tcp"])
async def test_a_taken_port_is_one_clear_line(tmp_path: Path, kind: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == "tcp":
            taken.listen()
        number = taken.getsockname()[1]
        port = Port(
            host="127.0.0.1", number=number, kind="udp" if kind == "udp" else "tcp", setting="asterisk.sip_port"
        )
        pbx = AsteriskInstance(tmp_path, BARE, find_engine(), ports=[port])
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{number}.*change asterisk\.sip_port") as caught:
            await pbx.start()
    assert caught.value.error_id == "port-taken" and "\n" not in str(caught.value)
    assert not pbx.running


@pytest.mark.parametrize("module", ["app_no_such", "chan_pjsip"])
async def test_what_asterisk_said_when_it_would_not_start_is_in_the_error(tmp_path: Path, module: str) -> None:
    conf = {**BARE, "modules.conf": f"[modules]\nautoload = no\nrequire = {module}.so\n"}
    pbx = AsteriskInstance(tmp_path, conf, find_engine(), die_with_parent=True)
    with pytest.raises(Unavailable, match=f"{module}.so - Required") as caught:
        await pbx.start(10)
    assert caught.value.error_id == "asterisk-start-failed"
    assert not pbx.running


def test_a_log_that_has_grown_large_goes_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_folder, "LOG_BYTES", 10)
    log = tmp_path / "messages.log"
    for text in ("short", "the first long one", "the second long one"):
        log.write_text(text)
        engine_folder.bound_log(log)
    assert not log.exists() and log.with_name("messages.log.1").read_text() == "the second long one"
