"""Keeps facts that the database refused for good, on disk and synced, for a person to look at. Refuses nothing."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from hotline1022.core.events import Event
from hotline1022.core.history import data_of, kind_of


def lay_aside(file: Path, events: Sequence[Event], reason: str) -> None:
    """Append the events with the reason, one JSON object a line, and wait until they are on disk. Blocks."""
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
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("".join(line + "\n" for line in lines))
        out.flush()
        os.fsync(out.fileno())
