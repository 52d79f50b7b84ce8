"""`evidence verify` as a process of its own: hours of walking neither block the telephone service nor fill its memory."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from datetime import date

from hotline1022.audit.types import Fault, Finding, Head
from hotline1022.core.errors import Unavailable
from hotline1022.service.evidence import Evidence

#: done and about how much there is in all
Progress = Callable[[int, int], None]
_STEP = re.compile(rb"(\d+)/(\d+)\n")


async def verify_in_child(config: str | None, since: date | None, progress: Progress) -> Evidence:
    """What it found. Unavailable `verification-failed` with its last words; cancelled, the process goes too."""
    words = [sys.executable, "-m", "hotline1022", "evidence", "verify", "--json", "--progress", "--no-entry"]
    words += ["--config", config] if config else []
    words += ["--since", since.isoformat()] if since else []
    child = await asyncio.create_subprocess_exec(*words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, limit=1 << 20)
    try:
        assert child.stdout is not None
        said, last = await asyncio.gather(child.stdout.read(), _follow(child, progress))
        code = await child.wait()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        return _evidence(json.loads(said))
    except (ValueError, KeyError, TypeError) as error:
        text = f"the verification ended with code {code}: {last or 'it said nothing'}"
        raise Unavailable(text, error_id="verification-failed") from error


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


def _evidence(said: dict[str, object]) -> Evidence:
    found = [
        Finding(fault=Fault(one["fault"]), seq=one["seq"], name=one["name"], text=one["text"])
        for one in said["findings"]  # type: ignore[attr-defined]
    ]
    counts = {name: int(str(said[name])) for name in ("entries", "stamps", "calls", "files", "more")}
    head = Head(**said["head"])  # type: ignore[arg-type]
    return Evidence(head=head, begun=bool(said["begun"]), findings=found, **counts)
