"""Turns a pasted table of a call (seconds, channel, event, text) into the journal rows that Asterisk would have written."""

import json
from typing import Any

from hotline1022.ami_bridge.journal_facts import FactReader
from hotline1022.core.call import BEGINNINGS, Call, Effect, apply, begin
from hotline1022.core.events import Event

START = 1_795_470_000.0
#: one letter a channel: c citizen, a and b agents' phones, e an emergency number, x somebody else's, s and l phones of
#: an agency's specialist and leader
CHANNELS = {letter: f"hl1-{int(START)}.{number}" for number, letter in enumerate("cabexsl", start=1)}


def rows(table: str) -> list[dict[str, Any]]:
    """Journal rows of a table; `%c` in the text stands for the channel c's id."""
    found = []
    for line in filter(str.strip, table.splitlines()):
        seconds, letter, event, *rest = line.split(None, 3)
        text = rest[0] if rest else ""
        for name, channel in CHANNELS.items():
            text = text.replace(f"%{name}", channel)
        found.append(_row(START + float(seconds), CHANNELS[letter], event, text))
    return found


def _row(at: float, channel: str, event: str, text: str) -> dict[str, Any]:
    own = event.startswith("HL_")
    extra: dict[str, Any] = {}
    if own:
        extra = {"extra": text}
    elif event == "HANGUP":
        extra = {"hangupcause": int(text or 16), "hangupsource": "", "dialstatus": ""}
    elif event.startswith("BRIDGE"):
        bridge, *room = text.split()
        extra = {"bridge_id": bridge, "bridge_technology": "softmix" if room else "simple_bridge"}
    elif event == "STREAM_BEGIN":
        extra = {"sound": text}
    return {
        "eventenum": "USER_DEFINED" if own else event,
        "userdeftype": event if own else "",
        "eventtime": at,
        "uniqueid": channel,
        "eventextra": json.dumps(extra) if extra else "",
    }


def events(table: str) -> list[Event]:
    """The events that the table's rows tell."""
    reader = FactReader()
    return [event for row in rows(table) for event in reader.events(row)]


def told(table: str) -> tuple[Call, list[Effect]]:
    """The call of a table, and all that followed."""
    call: Call | None = None
    effects: list[Effect] = []
    for event in events(table):
        if call is None:
            assert isinstance(event, BEGINNINGS)
            call = begin(event)
        call, follows = apply(call, event)
        effects += follows
    assert call is not None
    return call, effects
