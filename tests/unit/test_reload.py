"""A reload without Asterisk: what is in force at once and what waits, what is refused, and what a person is told to do."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Invalid, Refused, Unavailable
from hotline1022.service.app import App
from hotline1022.service.lock import locked, owner
from hotline1022.service.reload import ANSWER, LOCK, ask_service, reload
from hotline1022.service.reload_plan import NEEDS_RESTART, keys, plan
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from hotline1022.service.settings.tree import Disk, Settings
from tests.unit.reload_world import BASE, app, config, write

__all__ = ["app", "config"]


def test_what_waits_for_a_restart_are_settings() -> None:
    assert set(keys()) >= NEEDS_RESTART
    assert not NEEDS_RESTART & {"hotline.numbers", "trunk.host", "lines.numbers", "paths.menu", "log.level"}


def test_a_plan_takes_what_can_be_taken() -> None:
    old = Settings()
    new = replace(
        old,
        queue=replace(old.queue, ring_seconds=9),
        service=replace(old.service, http_port=9000, ask_seconds=1.0),
        emergency=replace(old.emergency, numbers=("115", "02743822333")),
    )
    found = plan(old, new)
    assert found.applied == ("emergency.numbers", "queue.ring_seconds", "service.ask_seconds")
    assert found.waiting == ("service.http_port",)
    assert found.settings == replace(new, service=replace(new.service, http_port=old.service.http_port))
    assert plan(old, old).applied == plan(old, old).waiting == ()


def test_what_only_fits_with_something_that_waits_does_wait_too() -> None:
    old = Settings()
    tls = replace(
        old,
        asterisk=replace(old.asterisk, tls_port=5061),
        trunk=replace(old.trunk, transport="tls", channels=40),
    )
    found = plan(old, tls)
    assert found.waiting == ("asterisk.tls_port", "trunk.transport") and found.applied == ("trunk.channels",)
    more = replace(
        old,
        asterisk=replace(old.asterisk, rtp_first=10000, rtp_last=29999),
        trunk=replace(old.trunk, channels=900),
    )
    assert plan(old, more).settings == old, "900 channels do not fit into the old range of ports"


# ---------------------------------------------------------------- the running service


async def test_what_the_desk_decides_is_in_force_at_once_and_outlives_a_reload(app: App, config: Path) -> None:
    await app.house.start()
    with pytest.raises(Invalid) as unknown:
        await app.agents.pause("101", "9")
    assert unknown.value.error_id == "reason-unknown"
    await app.house.pauses.add("9", "Tập huấn", "user:lan")
    with pytest.raises(Refused) as nobody:
        await app.agents.pause("101", "9")
    assert nobody.value.error_id == "line-empty", "the telephone takes the new reason"
    day = date(2027, 3, 3)
    document = dict(app.house.policies.document)
    assert not app.closed(day)
    await app.house.policies.save(
        {**document, "offices": {**document["offices"], "closed": [day.isoformat()]}}, seen=1, by="user:lan"
    )
    assert app.closed(day) and app.tickets.policy.offices.closed == {day}, "for hunts and deadlines alike"
    write(config, BASE + '[queue]\npause_reasons = [{ code = "5", name = "Ốm" }]\n')
    result = await reload(app, str(config))
    assert "The pause reasons in force are those of the desk; the settings' are only their fallback." in result.lines
    assert list(app.house.pauses.names) == ["1", "2", "3", "4", "9"] and app.closed(day)


async def test_a_limit_of_the_desk_outlives_a_reload_which_says_so(app: App, config: Path) -> None:
    await app.house.start()
    await app.house.limits.change("emergency.alarm_repeat_seconds", 120, seen=0, by="user:lan")
    await app.house.limits.change("disk.alarm_percent", 33, seen=0, by="user:lan")
    assert app.bell.repeat == timedelta(seconds=120) and app.disk._limits().alarm_percent == 33
    write(config, BASE + "[emergency]\nalarm_repeat_seconds = 77\n[disk]\nvoicemail_percent = 3\n")
    result = await reload(app, str(config))
    decided = "Decided at the desk, where the file is only the fallback: emergency.alarm_repeat_seconds."
    assert decided in result.lines and result.lines[0] == "In force now: disk.voicemail_percent."
    assert app.bell.repeat == timedelta(seconds=120)
    assert app.disk._limits() == Disk(alarm_percent=33, voicemail_percent=3)
    await app.house.limits.back("emergency.alarm_repeat_seconds", seen=1, by="user:lan")
    assert app.bell.repeat == timedelta(seconds=77)


async def test_everything_follows_new_settings(app: App, config: Path) -> None:
    write(
        config,
        BASE
        + """
[lines]
numbers = ["101", "105"]
[queue]
wrap_up_seconds = 33
ring_seconds = 8
max_wait_seconds = 99
pause_reasons = [{ code = "5", name = "Ốm" }]
[emergency]
alarm_repeat_seconds = 77
[service]
http_port = 9001
""",
    )
    result = await reload(app, str(config))
    assert result.done, result.lines
    queue = ", ".join(
        f"queue.{key}" for key in ("ring_seconds", "wrap_up_seconds", "max_wait_seconds", "pause_reasons")
    )
    assert result.lines[0] == f"In force now: lines.numbers, emergency.alarm_repeat_seconds, {queue}."
    assert result.lines[-1] == "Needs a restart of the service and of Asterisk: service.http_port."
    assert "hotline1022 asterisk-conf FOLDER" in result.lines[1] and "queue reload all" in result.lines[1]
    assert [view.line for view in app.agents.views()] == ["101", "105"]
    assert app.agents.wrap_up == app.expected.wrap_up == timedelta(seconds=33)
    assert (app.live.ring, app.live.max_wait) == (timedelta(seconds=8), timedelta(seconds=99))
    assert app.bell.repeat == timedelta(seconds=77)
    assert app.settings.service.http_port == 8022
    assert app.secrets.line("105")
    again = await reload(app, str(config))
    assert again.lines[0].startswith("Settings, menu and prompts are as they were")
    assert again.lines[-1].endswith("service.http_port."), "it still waits"


@pytest.mark.parametrize("wrong", ["[queue]\nring_seconds = 999\n", "[quee]\n", "[paths", '[paths]\nmenu = "away"\n'])
async def test_what_is_wrong_changes_nothing(app: App, config: Path, wrong: str) -> None:
    before = app.settings, app.menu, app.secrets
    write(
        config,
        BASE.replace("[paths]\n", "[paths]\n" + wrong.removeprefix("[paths]\n")) if "menu" in wrong else BASE + wrong,
    )
    result = await reload(app, str(config))
    assert not result.done and result.lines[-1] == "Nothing was changed: the old settings go on."
    assert (app.settings, app.menu, app.secrets) == before


async def test_a_changed_menu_is_answered_from_at_once(app: App, config: Path, tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
    (tmp_path / "menu.toml").write_text(text.replace('4 = "agents:traffic"', '4 = "voicemail"'), encoding="utf-8")
    write(config, BASE.replace("[paths]\n", '[paths]\nmenu = "menu.toml"\n'))
    assert "agents" in app.desk.menu(["root", "4", "0"])
    result = await reload(app, str(config))
    assert result.done and "the menu" in result.lines[0]
    assert "voicemail" in app.desk.menu(["root", "4", "0"])


async def test_a_menu_that_was_published_stays_and_the_file_is_its_fallback(
    app: App, config: Path, tmp_path: Path
) -> None:
    from importlib.resources import files

    text = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
    (tmp_path / "menu.toml").write_text(text, encoding="utf-8")
    write(config, BASE.replace("[paths]\n", '[paths]\nmenu = "menu.toml"\n'))
    assert (await reload(app, str(config))).done
    version, _, _ = await app.menus.publish(text.replace('"agents:traffic"', '"voicemail"'), seen=1, by="user:lan")
    assert version.number == 2 and "voicemail" in app.desk.menu(["root", "4", "0"])
    (tmp_path / "menu.toml").write_text(text.replace('"agents:traffic"', '"emergency"'), encoding="utf-8")
    said = await reload(app, str(config))
    assert said.done and "published at the desk; the file is only its fallback" in said.lines[-1]
    assert "voicemail" in app.desk.menu(["root", "4", "0"])
    (tmp_path / "menu.toml").write_text("root = 7", encoding="utf-8")
    said = await reload(app, str(config))
    assert not said.done and "menu.toml" in said.lines[0], "a fallback that is none is told"
    async with app.database.reading() as tx:
        assert [one.from_file for one in await tx.menus.versions(9)] == [False, True]


async def test_days_that_the_desk_decided_are_not_said_to_follow_the_file(app: App, config: Path) -> None:
    write(config, BASE + "[retention]\nordinary_days = 700\n")
    assert (await reload(app, str(config))).lines[0] == "In force now: retention.ordinary_days."
    desk = RetentionView(app.database, lambda: app.settings.retention)
    await desk.change(Retention(ordinary_days=900).terms, seen=0, why="QĐ 12", confirm="", by="user:lan")
    write(config, BASE + "[retention]\nordinary_days = 30\nfrom_hour = 2\n")
    said = await reload(app, str(config))
    assert said.lines[0] == "In force now: retention.from_hour."
    assert said.lines[-1] == "Decided at the desk, where the file is only the fallback: retention.ordinary_days."
    assert (await desk.terms()).terms.ordinary == 900


# ---------------------------------------------------------------- asking


def test_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        ask_service(tmp_path)
    assert caught.value.error_id == "service-not-running"
    with locked(tmp_path / LOCK, "the service"):
        assert owner(tmp_path / LOCK) == os.getpid()
    assert owner(tmp_path / LOCK) is None


FAKE = """
import fcntl, json, os, signal, sys, time
from pathlib import Path
data = Path(sys.argv[1])
handle = os.open(data / "service.lock", os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
os.write(handle, str(os.getpid()).encode())
def hup(*_):
    if sys.argv[2] == "dies":
        os._exit(1)
    if sys.argv[2] == "answers":
        said = {"begun": time.monotonic(), "config": None, "done": True, "lines": ["well"]}
        (data / "new").write_text(json.dumps(said)); (data / "new").replace(data / "reload.json")
signal.signal(signal.SIGHUP, hup)
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize(
    ("service", "error_id"), [("answers", ""), ("dies", "service-not-running"), ("sleeps", "service-no-answer")]
)
def test_a_service_that_is_asked(tmp_path: Path, service: str, error_id: str) -> None:
    (tmp_path / ANSWER).write_text('{"begun": 0.1, "done": false, "lines": ["of yesterday"], "config": null}')
    words: Sequence[str] = [sys.executable, "-c", FAKE, str(tmp_path), service]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
            if not error_id:
                assert ask_service(tmp_path, seconds=10)["lines"] == ["well"]
                return
            if service == "dies":  # it must be collected, or its id stays
                signal.signal(signal.SIGCHLD, lambda *_: process.poll())
            with pytest.raises(Unavailable) as caught:
                ask_service(tmp_path, seconds=0.5 if service == "sleeps" else 10)
            assert caught.value.error_id == error_id
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            process.kill()
