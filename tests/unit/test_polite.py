"""Long work asks for the processor last, beside a service that does not: told by the kernel, of a real worker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline1022.recordings.polite import NICE
from hotline1022.recordings.pool import HeavyPool

#: not there where the kernel does not group processes by session
GROUP = Path("/proc/self/autogroup")
ALONE = """
from pathlib import Path
from hotline1022.recordings.polite import be_polite
be_polite(7)
print(Path("/proc/self/autogroup").read_text() if Path("/proc/self/autogroup").exists() else "")
"""


def here() -> list[str]:
    """Words of our own group; none too for a session that began before the kernel grouped."""
    return GROUP.read_text().split() if GROUP.exists() else []


def new_sessions_have_one() -> bool:
    """Whether the kernel gives a group to a session that begins now, whatever ours is."""
    read = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); print(p.read_text() if p.exists() else '')"
    done = subprocess.run(
        [sys.executable, "-c", read, GROUP],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
        timeout=60,
    )
    return bool(done.stdout.split())


def settings() -> tuple[int, int, int, str]:
    """Its id, its session, its niceness and, where the kernel groups by session, the group's."""
    return os.getpid(), os.getsid(0), os.nice(0), "".join(here()[-1:])


async def test_the_worker_is_polite_and_the_service_is_not() -> None:
    before = settings()
    pool = HeavyPool()
    try:
        pid, session, nice, group = await pool.run(settings)
    finally:
        await pool.close()
    assert session == pid != before[0]
    assert nice == min(19, before[2] + NICE)
    assert group == (str(NICE) if new_sessions_have_one() else "")
    assert settings() == before


@pytest.mark.parametrize("apart", [True, False], ids=["own session", "session of a shell"])
def test_a_program_changes_its_own_session_only(apart: bool) -> None:
    before = here()
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, start_new_session=apart, timeout=60
    )
    assert done.stdout.split()[-1:] == ((["7"] if new_sessions_have_one() else []) if apart else before[-1:])
    assert here() == before
