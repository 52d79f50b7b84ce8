"""Long work as a process of its own, which neither blocks the telephone service nor fills its memory. Refuses to leave anything
behind: cancelled, the process goes, with all that it started.
"""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hotline1022.core.errors import Unavailable
from hotline1022.service.background.work import Progress

#: as commands of ours end (cli_base.py)
_ERROR = re.compile(r"^hotline1022: .*\[([a-z][a-z0-9-]*)\]$")
_STEP = re.compile(rb"(\d+)/(\d+)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How it ended."""

    code: int
    #: on its standard output
    text: bytes
    #: the last line of the other one that is no step
    last: str

    def failed(self, what: str) -> str:
        """In words, where it ended without its result."""
        return f"the {what} ended with code {self.code}: {self.last or 'it said nothing'}"

    def error_id(self, what: str) -> str:
        """Of the error with which it ended, as its last line tells; `WHAT-failed` where it tells none."""
        told = _ERROR.search(self.last)
        return told[1] if told else f"{what.replace(' ', '-')}-failed"


async def in_child(words: Sequence[str], progress: Progress, given: bytes = b"") -> Said:
    """Run the module of this name with these words; `given` on its standard input. On its standard error it tells how far it is,
    as progress.Steps does.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *words,
        stdin=PIPE if given else DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        limit=1 << 20,
        start_new_session=True,
    )
    try:
        assert child.stdout is not None
        _, text, last = await asyncio.gather(_give(child, given), child.stdout.read(), _follow(child, progress))
        code = await child.wait()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    return Said(code=code, text=text, last=last)


async def _give(child: Process, given: bytes) -> None:
    if child.stdin is None:
        return
    with suppress(ConnectionError):  # it ended already, and says why
        child.stdin.write(given)
        await child.stdin.drain()
    child.stdin.close()


async def _follow(child: Process, progress: Progress) -> str:
    """Tell how far it is; gives the last line that is no step."""
    assert child.stderr is not None
    last = ""
    async for line in child.stderr:
        if step := _STEP.fullmatch(line):
            progress(int(step[1]), int(step[2]))
        elif line.strip():
            last = line.decode(errors="replace").strip()
    return last


async def told_by(
    words: Sequence[str], what: str, given: Mapping[str, object], progress: Progress
) -> Mapping[str, object]:
    """What a module of ours that was given this as JSON says as JSON. Unavailable with its last words and their id, or
    `WHAT-failed`.
    """
    said = await in_child(words, progress, json.dumps(given).encode())
    try:
        told: dict[str, object] = json.loads(said.text)
    except ValueError as error:
        raise Unavailable(said.failed(what), error_id=said.error_id(what)) from error
    return told
