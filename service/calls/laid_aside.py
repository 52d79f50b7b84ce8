"""Keeps facts that the database refused for good, on disk and synced, for a person to look at.

Bounded: a full file is renamed, the last KEEP renamed ones stay. Refuses to leave half a line where the disk is full.
"""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from hotline1022.core.events import Event
from hotline1022.core.history import data_of, kind_of

log = logging.getLogger(__name__)

#: a file of this size is renamed before the next facts: some 30,000 of them
MOST_BYTES = 10_000_000
#: renamed files that are kept, NAME.1 the younger
KEEP = 2


def lay_aside(file: Path, events: Sequence[Event], reason: str) -> None:
    """Append the events with the reason, one JSON object a line, and wait until they are on disk. Blocks.

    OSError where they cannot be written; the file is as it was then.
    """
    lines = [
        json.dumps(
            {
                "call": event.call,
                "at": event.at.isoformat(),
                "kind": kind_of(event),
                "channel": event.channel,
                "data": data_of(event),
                "reason": reason,
            },
            ensure_ascii=False,
        )
        for event in events
    ]
    _make_room(file)
    append_synced(file, "".join(line + "\n" for line in lines).encode("utf-8"))


def append_synced(file: Path, data: bytes) -> None:
    """Append all of it, on the disk when this returns; OSError, and the file is as it was, where that cannot be. Blocks."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    before = os.fstat(handle).st_size
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, before)
        raise
    finally:
        os.close(handle)


def _make_room(file: Path) -> None:
    if not file.exists() or file.stat().st_size < MOST_BYTES:
        return
    chain = [file, *(file.with_name(f"{file.name}.{number}") for number in range(1, KEEP + 1))]
    if chain[-1].exists():
        log.warning("%s is full: the oldest refused facts, in %s, are dropped", file, chain[-1].name)
    for older, newer in zip(reversed(chain), reversed(chain[:-1]), strict=False):
        if newer.exists():
            newer.replace(older)
