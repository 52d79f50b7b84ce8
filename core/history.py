"""Call events as plain data and back, for the history in the database. Refuses kinds it does not know."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from hotline1022.core.events import Event, LegKind, Mode
from hotline1022.core.ids import CallId, ChannelId

_COMMON = frozenset({"at", "call", "channel"})
_ENUMS: dict[str, type[StrEnum]] = {"kind": LegKind, "mode": Mode}

#: every kind of event by its name in the history
KINDS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
_FIELDS = {cls: tuple(f.name for f in fields(cls) if f.name not in _COMMON) for cls in KINDS.values()}


def kind_of(event: Event) -> str:
    """Its name in the history."""
    return type(event).__name__


def data_of(event: Event) -> dict[str, Any]:
    """What it says beside when, which call and which channel; values are str or int."""
    return {name: getattr(event, name) for name in _FIELDS[type(event)]}


def event_from(kind: str, at: datetime, call: str, channel: str, data: Mapping[str, Any]) -> Event:
    """The event that `kind_of` and `data_of` described; KeyError for a kind that this version does not know."""
    values = {k: _ENUMS[k](v) if k in _ENUMS else v for k, v in data.items()}
    return KINDS[kind](at=at, call=CallId(ChannelId(call)), channel=ChannelId(channel), **values)
