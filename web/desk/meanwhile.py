"""What somebody else changed while a form was filled in: what was not touched here follows them, what was stays as it was typed, and
both are told. Refuses to choose between two who changed the same: whoever presses again has seen the other's.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline1022.web.desk.forms import Form
from hotline1022.web.page_words import words

#: the hidden field that carries what was read when the form was opened
READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form: a text, a choice, a flag (bool), or several choices (frozenset)."""

    #: as it is called on the page
    label: str
    #: choice → how people call it; one that is not here is told as it is
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody else changed in a field."""

    label: str
    said: str
    #: the form says something else: what was typed
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the form."""

    values: Mapping[str, Any]
    #: for the hidden field
    read: str
    changes: Sequence[Change] = ()


def fill(now: Mapping[str, Any]) -> Filled:
    """A form with what is stored; of what is new nothing is."""
    return Filled(values=now, read=_read(now) if now else "")


def merge(form: Form, now: Mapping[str, Any], typed: Mapping[str, Any], fields: Mapping[str, Field]) -> Filled:
    """A form that was refused, where it was opened before what is stored `now` was. Of a form that does not say what it had read, all
    counts as typed.
    """
    before = _before(form.one(READ))
    values, changes = dict(typed), []
    for name, one in fields.items():
        if isinstance(now[name], frozenset):
            had = before.get(name)
            kept = not isinstance(had, list)
            # each choice for itself: what somebody else added or took away is so here too
            read = frozenset(map(str, had)) if isinstance(had, list) else typed[name]
            added, removed = now[name] - read, read - now[name]
            if not kept:
                values[name] = typed[name] - removed | added
            said = _several(one, added, removed)
        else:
            had, mine, theirs = before.get(name), _print(typed[name]), _print(now[name])
            kept = had != mine
            if not kept:
                values[name] = now[name]
            said = _single(one, now[name]) if theirs not in (had, mine) else ""
        if said:
            changes.append(Change(label=one.label, said=said, kept=kept))
    return Filled(values=values, read=_read(now), changes=changes)


def _single(one: Field, now: str | bool) -> str:
    say = words()
    if isinstance(now, bool):
        return say("meanwhile.on") if now else say("meanwhile.off")
    return say("meanwhile.now", text=one.names.get(now, now)) if now else say("meanwhile.empty")


def _several(one: Field, added: frozenset[str], removed: frozenset[str]) -> str:
    say = words()
    found = []
    for word, some in (("added", added), ("removed", removed)):
        if some:
            found.append(say(f"meanwhile.{word}", names=", ".join(sorted(one.names.get(id, id) for id in some))))
    return " ".join(found)


def _read(now: Mapping[str, Any]) -> str:
    """Sets as they are, so that each choice is compared for itself; of all else a print."""
    told = {name: sorted(one) if isinstance(one, frozenset) else _print(one) for name, one in now.items()}
    return json.dumps(told, separators=(",", ":"))


def _print(one: str | bool) -> str:
    """The same for whatever ends of lines a browser sends."""
    return hashlib.sha256(str(one).replace("\r\n", "\n").encode(errors="replace")).hexdigest()[:16]


def _before(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
