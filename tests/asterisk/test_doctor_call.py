"""Doctor at a running hotline: it sees that all is well, calls itself beside it, and leaves nothing, also after Ctrl-C."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline1022.service.asterisk.engine_find import find_engine
from hotline1022.service.doctor.call import CALLS, prove
from hotline1022.service.doctor.ear import PEOPLE
from hotline1022.service.doctor.points import examine
from hotline1022.service.settings.tree import Settings
from tests.asterisk.product import Product, running
from tests.asterisk.world import eventually

pytestmark = pytest.mark.asterisk

PROGRAM = """
import asyncio, sys
from pathlib import Path
from hotline1022.service.doctor.points import examine
from hotline1022.service.settings.config import load
sys.exit(0 if asyncio.run(examine(load(sys.argv[1], {}), call=True)) else 1)
"""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A temporary folder whose path is short: the doctor's control socket lies below."""
    with tempfile.TemporaryDirectory(prefix="hl", dir="/tmp") as folder:
        yield Path(folder)


def entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def calling(folder: Path) -> bool:
    """Whether the doctor's calls are being recorded."""
    return any(folder.glob("*/tracks/*.wav"))


def mine(folder: Path) -> list[str]:
    """Processes that name this folder on their command line."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in words:
                found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


def files(data: Path) -> set[Path]:
    """What lies there; the databases of the service and of Asterisk have journals that come and go by themselves."""
    return {path for path in data.rglob("*") if "db" not in path.parts and path.name != "astdb.sqlite3-journal"}


async def stamped(data: Path) -> bool:
    """The first stamp of the audit is there: the last file that a first start makes."""
    return any((data / "stamps").glob("stamp-*.json"))


async def test_a_running_hotline_is_well_and_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    product = Product.make(tmp_path / "product")
    async with running(product):
        settings = product.settings
        await eventually(lambda: stamped(settings.paths.data), "the chain of the audit was not stamped", 30)
        before = files(settings.paths.data)
        assert await examine(settings) is True, capsys.readouterr().out
        said = capsys.readouterr().out
        assert "ports are held by our own running hotline: AMI, FastAGI, HTTP, SIP" in said
        assert "AMI takes our password, SIP answers, the service listens" in said
        assert "WRONG" not in said
        assert files(settings.paths.data) == before

        await product.stop_service()
        assert await examine(settings) is False
        assert "WRONG  Asterisk answers, and the service does not run" in capsys.readouterr().out

        (settings.paths.secrets / "ami-reader").write_text("another\n", encoding="utf-8")
        assert await examine(settings) is False
        assert "restart Asterisk" in capsys.readouterr().out


async def test_calls_prove_the_recording_and_leave_nothing(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    done: list[float] = []
    heard = await prove(Settings(), find_engine(), done.append)
    assert (heard.calls, heard.holes) == (CALLS, ())
    assert heard.people == CALLS * len(PEOPLE)
    assert 0 <= heard.lost <= CALLS * (len(PEOPLE) - 1), "whoever speaks first is never late"
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert done == sorted(done)
    assert entries(scratch) == []
    assert mine(scratch) == []


def heed_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore SIGINT, and their children too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, None), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=lambda x: str(x)
)
async def test_nothing_stays_when_it_is_broken_off(
    tmp_path: Path, scratch: Path, number: signal.Signals, code: int | None
) -> None:
    config = tmp_path / "1022.toml"
    config.write_text(f'[paths]\ndata = "{tmp_path / "data"}"\n', encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROGRAM, str(config),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(scratch)},
        preexec_fn=heed_ctrl_c,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            while not calling(scratch):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.05)
        assert mine(scratch), "the temporary Asterisk does not run"
        process.send_signal(number)
        async with asyncio.timeout(15):
            ended = await process.wait()
        assert process.stdout is not None
        said = (await process.stdout.read()).decode()
        assert ended != 0
        assert code is None or ended == code, said
        assert "recording: " not in said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert entries(scratch) == []
    assert mine(scratch) == []
    assert not (tmp_path / "data").exists()


async def test_a_long_path_of_temporary_files_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    assert (await prove(Settings(), find_engine())).calls == CALLS


async def test_killed_it_takes_its_asterisk_along(tmp_path: Path, scratch: Path) -> None:
    config = tmp_path / "1022.toml"
    config.write_text(f'[paths]\ndata = "{tmp_path / "data"}"\n', encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore::DeprecationWarning", "-c", PROGRAM, str(config),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            while not calling(scratch):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        await process.wait()
    async with asyncio.timeout(10):
        while mine(scratch):  # noqa: ASYNC110 - somebody else's process has no event
            await asyncio.sleep(0.05)
