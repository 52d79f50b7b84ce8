"""`hotline1022 run` as people run it: what it says, what it refuses, and that nothing of it ever stays behind."""

import asyncio
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from hotline1022.service.asterisk.engine import find_engine
from tests.asterisk.commands import Place, Run

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One data folder for the whole file: each test finds what the one before left."""
    return Place.make(tmp_path_factory.mktemp("run"))


def free(place: Place) -> bool:
    """Whether every port of it can be had again."""
    for name, port in place.ports.items():
        kinds = {"sip_port": (socket.SOCK_DGRAM, socket.SOCK_STREAM), "rtp_first": (socket.SOCK_DGRAM,)}
        for kind in kinds.get(name, (socket.SOCK_STREAM,)):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
    return True


def ready(place: Place) -> bool:
    with urlopen(f"http://127.0.0.1:{place.ports['http_port']}/api/health/ready", timeout=5) as answer:
        return bool(json.load(answer)["ready"])


def one_line(run: Run, *words: str) -> None:
    """It said one line, for people, with these words; and nothing was started."""
    (line,) = [one for one in run.stderr.splitlines() if not one.startswith("  Prompts ")]
    assert line.startswith("hotline1022: ") and "Traceback" not in line
    assert all(word in line for word in words), line
    assert not run.stdout
    assert not (run.place.data / "asterisk" / "run" / "asterisk.pid").exists()


async def test_it_starts_says_where_everything_is_keeps_others_out_and_ends(place: Place) -> None:
    async with place.started() as run:
        await run.says("1022 is ready")
        said = run.stdout
        assert f"127.0.0.1:{place.ports['sip_port']}" in said
        assert f"http://127.0.0.1:{place.ports['http_port']}/api/health/ready" in said
        for line in ("101", "102", "103"):
            secret = place.data / "secrets" / f"line-{line}"
            assert f"user line-{line}   password in {secret}" in said
            assert secret.read_text().strip() not in said + run.stderr
        for secret in (place.data / "secrets").iterdir():
            assert secret.stat().st_mode & 0o777 == 0o600, secret
        assert await asyncio.to_thread(ready, place)
        assert len(place.processes()) >= 3, "it, Asterisk, the service"

        other = Place(place.folder / "other", place.ports, place.mark)
        other.folder.mkdir()
        other.write()
        other.config.write_text(f'[paths]\ndata = "{place.data}"\n' + other.config.read_text())
        async with other.started() as second:
            assert await second.ended() == 1
            one_line(second, f"1022 already runs on {place.data} (process {run.process.pid}); stop it", "[data-locked]")
            other.mark = "nobody's"
        assert await run.sigterm() == 0
        assert run.stdout.endswith("1022 has stopped.\n") and "Traceback" not in run.stderr
    assert free(place)


async def test_the_second_start_is_quick_and_finds_everything(place: Place) -> None:
    secrets = {file: file.read_bytes() for file in (place.data / "secrets").iterdir()}
    assert secrets and (place.data / "db" / "hotline.sqlite").exists()
    began = time.monotonic()
    async with place.started() as run:
        await run.says("1022 is ready")
        assert time.monotonic() - began < 15
        assert {file: file.read_bytes() for file in (place.data / "secrets").iterdir()} == secrets
        assert await run.ctrl_c() == 0
        assert "Traceback" not in run.stderr
    assert free(place)


def half_a_second(place: Place) -> Callable[[], bool]:
    due = time.monotonic() + 0.5
    return lambda: time.monotonic() >= due


def a_fresh_file(place: Place, name: str) -> Callable[[], bool]:
    """The file has been written since now."""
    file, since = place.data / name, time.time()
    return lambda: file.exists() and file.stat().st_mtime >= since


STAGES: dict[str, Callable[[Place], Callable[[], bool]]] = {
    "half a second": half_a_second,
    "as it begins": lambda place: a_fresh_file(place, "run.lock"),
    "Asterisk starts": lambda place: a_fresh_file(place, "asterisk/asterisk.conf"),
    "Asterisk is there": lambda place: a_fresh_file(place, "asterisk/run/asterisk.pid"),
    "the service starts": lambda place: a_fresh_file(place, "service.lock"),
}


@pytest.mark.parametrize("stage", STAGES)
async def test_a_signal_while_it_starts_leaves_nothing(place: Place, stage: str) -> None:
    reached = STAGES[stage](place)
    async with place.started() as run:
        await run.until(reached)
        # before Python has come to us, the signal itself ends it
        assert await run.sigterm() in ({143, -15} if stage == "half a second" else {143})
        assert not run.stdout and "Traceback" not in run.stderr
        await place.nothing_left()
    assert free(place)


async def test_ctrl_c_while_prompts_are_spoken_leaves_nothing(tmp_path: Path) -> None:
    place = Place.make(tmp_path, prompts=False)
    async with place.started() as run:
        await run.until(lambda: len(list(place.data.glob("prompts/sounds/vi/**/*.alaw"))) >= 3)
        assert await run.ctrl_c() == 130
        assert not run.stdout
        assert [line for line in run.stderr.splitlines() if not line.startswith("  Prompts ")] == []
        await place.nothing_left()
    assert len(list(place.data.glob("prompts/sounds/vi/**/*.alaw"))) < 60, "it did not speak on"


async def test_sighup_before_the_service_is_ready_does_not_end_it(place: Place) -> None:
    started = a_fresh_file(place, "asterisk/run/asterisk.pid")
    async with place.started() as run:
        await run.until(started)
        for _ in range(5):
            run.process.send_signal(signal.SIGHUP)
            await asyncio.sleep(0.1)
        await run.says("1022 is ready")
        await run.says("Settings, menu and prompts are as they were")
        assert "starting it again" not in run.stderr
        assert await run.sigterm() == 0


@pytest.mark.parametrize(
    ("setting", "kind", "step"),
    [
        ("asterisk.sip_port", "udp", 0),
        ("asterisk.sip_port", "tcp", 0),
        ("asterisk.ami_port", "tcp", 0),
        ("asterisk.rtp_first", "udp", 0),
        ("asterisk.rtp_first", "udp", 399),
        ("service.http_port", "tcp", 0),
        ("service.agi_port", "tcp", 0),
    ],
)
async def test_a_taken_port_is_named_with_its_cure(place: Place, setting: str, kind: str, step: int) -> None:
    port = place.ports[setting.partition(".")[2]] + step
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as taken:
        if kind == "tcp":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        if kind == "tcp":
            taken.listen()
        async with place.started() as run:
            assert await run.ended() == 1
            one_line(run, str(port), setting, "[port-taken]")


async def test_an_old_asterisk_is_refused(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    old = tmp_path / "asterisk"
    old.write_text("#!/bin/sh\necho Asterisk 20.4.0~dfsg\n")
    old.chmod(0o755)
    place.write(f'binary = "{old}"')
    async with place.started() as run:
        assert await run.ended() == 1
        one_line(run, "Asterisk 20.4.0", "22.10.1 or newer", "scripts/run", "[asterisk-too-old]")


async def test_prompts_that_nobody_can_speak_are_refused(tmp_path: Path) -> None:
    place = Place.make(tmp_path, prompts=False)
    place.write(f'binary = "{find_engine().command[-1]}"')
    nowhere = {"PATH": str(tmp_path), "HOTLINE1022_ROOT": str(tmp_path / "root")}
    async with place.started(env=nowhere) as run:
        assert await run.ended() == 1
        one_line(run, "must be spoken", "espeak-ng is missing", "scripts/private-root espeak-ng", "[espeak-missing]")


FATES = {
    "0901000001": r"answered +\d+ +2 .* answered \(agent-answered\) +(Nguyễn Thị Lan|Trần Văn Minh|Lê Thu Hà)",
    "0901000009": r"answered +\d+ +3 .* answered \(agent-answered\) +(Nguyễn Thị Lan|Trần Văn Minh|Lê Thu Hà)",
    "0901000002": r"waited, then answered +\d+ +5 .* answered \(agent-answered\) +(Nguyễn|Trần|Lê)",
    "0901000003": r"abandoned +\d+ +4 .* abandoned \(in-queue\) +-",
    "0901000004": r"voicemail +\d+ +7 .* voicemail \(message-left\) +-",
    "0901000005": r"wrong keys, then an agent +\d+ +\*0 .* answered \(agent-answered\) +(Nguyễn|Trần|Lê)",
    "0901000006": r"silent +\d+ +-- .* answered \(agent-answered\) +(Nguyễn|Trần|Lê)",
    "0901000007": r"115 from the menu +\d+ +9 .* emergency \(emergency-answered\) +115",
    "0901000008": r"115 from the queue +\d+ +09 .* emergency \(emergency-answered\) +115",
    "0901000010": r"a leader takes +\d+ +5 .* answered \(agent-answered\) +(Nguyễn|Trần|Lê) .*, then Lãnh đạo mẫu Sở XD",
    "0901000011": r"nobody takes: a ticket +\d+ +4 .* answered \(agent-answered\) +(Nguyễn|Trần|Lê) .*, then nobody",
}
#: what the terminal says of the two transfers while they happen, by citizen, in this order
TRANSFERS = {
    "090****010": (
        r"(Nguyễn|Trần|Lê) .* transfers the citizen to Sở Xây dựng \(chạy thử\)",
        r"step 1: Chuyên viên mẫu Sở XD, office phone 027\*{4}981 is called",
        r"step 1: busy",
        r"step 2: Chuyên viên mẫu Sở XD, mobile 090\*{4}981 is called",
        r"step 2: picked up, but nobody pressed 1",
        r"step 3: Lãnh đạo mẫu Sở XD, office phone 027\*{4}982 is called",
        r"Lãnh đạo mẫu Sở XD presses 1 and has the citizen, [2-6]\d\.\d s after the transfer",
        r"the talk is over: ticket \d{4} \d{4} kept",
    ),
    "090****011": (
        r"(Nguyễn|Trần|Lê) .* transfers the citizen to Sở Giao thông Vận tải \(chạy thử\)",
        r"step 1: .*",
        r"step 1: refused",
        r"step 2: .*",
        r"step 2: unreachable",
        r"step 3: .*",
        r"step 3: busy",
        r"step 4: Lãnh đạo mẫu Sở GTVT, mobile 090\*{4}992 is called",
        r"step 4: no answer",
        r"nobody took the call: ticket \d{4} \d{4} kept",
    ),
}
#: what the telephones of the agencies saw, and how many SMS of each ticket were found
SEEN = (
    r"telephones: 027\*{4}981 never picked up \(User busy\)",
    r"telephones: 090\*{4}981 picked up, heard the citizen for 0\.0 s",
    r"telephones: 027\*{4}982 picked up, heard the citizen for ([6-9]|1\d)\.\d s",
    r"ticket \d{4} \d{4}: 2 SMS in ",
    r"telephones: 027\*{4}991 never picked up \(Call Rejected\)",
    r"telephones: 090\*{4}991 never picked up \(Subscriber absent\)",
    r"telephones: 027\*{4}992 never picked up \(User busy\)",
    r"telephones: 090\*{4}992 never picked up .*",
    r"ticket \d{4} \d{4}: 3 SMS in ",
)


DEMO = (str(Path(__file__).parents[2] / "scripts" / "demo.py"),)


@pytest.mark.parametrize("moment", ["as it begins", "Asterisk is there", "citizens call"])
async def test_a_signal_to_the_demo_leaves_nothing(tmp_path_factory: pytest.TempPathFactory, moment: str) -> None:
    # a short name: below a long one the socket of Asterisk, and its pid with it, are elsewhere
    place = Place.make(tmp_path_factory.mktemp("d"))
    async with place.started(command=DEMO) as run:
        if moment == "citizens call":
            await run.says("has logged in at line")
            os.killpg(run.process.pid, signal.SIGINT)
            await run.says("Waiting up to 10 s for calls to end (Ctrl-C again: at once)")
            assert await run.ctrl_c() == 0
        else:
            name = {"as it begins": "run.lock", "Asterisk is there": "asterisk/run/asterisk.pid"}[moment]
            await run.until((place.data / "demo" / name).exists)
            assert await run.sigterm() == 143
        assert "Traceback" not in run.stderr
        await place.nothing_left()
    assert free(place)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('[database]\nurl = "postgresql://hotline@localhost/hotline"\n', "the demo would write into the real database"),
        (
            '[notify]\nmail_host = "mail.example.vn"\nmail_from = "1022@example.vn"\n',
            "the demo would send real SMS and email",
        ),
        ('[notify]\nsms_gateway = "speedsms"\nsms_secret = "abc"\n', "the demo would send real SMS and email"),
    ],
)
async def test_the_demo_touches_nothing_real(tmp_path: Path, settings: str, words: str) -> None:
    place = Place.make(tmp_path)
    place.config.write_text(place.config.read_text() + settings)
    async with place.started(command=DEMO) as run:
        assert await run.ended() == 1
        one_line(run, words)


def told_of_the_transfers(live: str) -> None:
    """Every step and how it ended, and the SMS: to whom, with the code, no number in full."""
    for caller, expected in TRANSFERS.items():
        lines = [line.partition(caller)[2].strip() for line in live.splitlines() if f"  {caller}  " in line]
        begun = next(place for place, line in enumerate(lines) if "transfers the citizen" in line)
        told = lines[begun : begun + len(expected)]
        assert all(re.fullmatch(*pair) for pair in zip(expected, told, strict=True)), told
        code = told[-1].removesuffix(" kept")[-9:].replace(" ", "")
        sms = [line for line in live.splitlines() if " gets an SMS: " in line and code in line]
        people = {line.split("  ")[3].partition(" gets")[0] for line in sms}
        untaken = {"Chuyên viên mẫu Sở GTVT", "Lãnh đạo mẫu Sở GTVT"}
        officers = untaken if caller.endswith("011") else {"Lãnh đạo mẫu Sở XD"}
        assert people == officers | {"the citizen"} and len(sms) == len(people)
    assert not re.search(r"\b0(901|900|274)\d{6}|\+84\d{9}", live)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_the_demo_plays_eleven_fates_on_the_clock_of_the_province(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    began = time.time()
    async with place.started("--leave", command=DEMO, env={"TZ": "America/New_York"}) as run:
        assert await run.ended(200) == 0, run.stdout + run.stderr
        live, _, table = run.stdout.partition("  fate ")
        assert "Traceback" not in run.stderr
        for number, fate in FATES.items():
            (row,) = [line for line in table.splitlines() if number in line]
            assert re.search(fate, row), row
        told_of_the_transfers(live)
        seen = [line.strip() for line in table.splitlines() if " telephones: " in line or " SMS in " in line]
        assert len(seen) == len(SEEN) and all(map(re.match, SEEN, seen)), seen
        assert f" in {place.data / 'demo' / 'outbox'}: " in seen[-1]
        folders = [Path(line.partition(" tracks in ")[2]) for line in table.splitlines() if " tracks in " in line]
        assert len(folders) == len(FATES)
        offset = 7 * 3600
        days = {time.strftime("%Y/%m/%d", time.gmtime(at + offset)) for at in (began, time.time())}
        for folder in folders:
            assert list(folder.glob("*.wav")), folder
            assert str(folder.parent.relative_to(place.data / "demo" / "recordings")) in days
        clock = re.findall(r"^  (\d\d):(\d\d):\d\d  090\*\*\*\*001", live, re.MULTILINE)
        assert {int(hour) for hour, _ in clock} <= {time.gmtime(at + offset).tm_hour for at in (began, time.time())}
        assert clock
        signs = re.findall(r"^  \S.{21} ([a-z]+) +[a-z0-9]{4}(?:-[a-z0-9]{4}){3}$", table, re.MULTILINE)
        assert signs == ["lan", "minh", "cuc", "dung", "hanh", "phuc", "quan"], table
        assert re.findall(r"^  (\d{3})  (\d{4}) .* PIN (\d{4})$", table, re.MULTILINE)[0] == ("101", "1001", "2468")
        assert re.search(r"^A television shows http://\S+/wall/\S{20,}$", table, re.MULTILINE)
        await place.nothing_left()
    assert free(place)
