"""What became of a user or a role: when, by whom, what was before and what after, as the audit tells it, in words. Refuses nothing:
account_entries.py does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hotline1022.web.account_entries import CHANGED, entries_of
from hotline1022.web.desk import seen
from hotline1022.web.page_words import words
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.route import Ask


async def history(ask: Ask, subject: str, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same in words; `roles` are their names by id."""
    say = words()
    people = {one.id: one.name for one in await ask.ports.people.list()}
    return [
        {
            "seq": one.seq,
            "at": seen.instant(one.at),
            "who": seen.who(one.actor, people),
            "what": say.or_itself("entry", one.kind),
            "lines": list(_lines(one, roles)) if one.kind in CHANGED else [],
            # what it was can be had again
            "again": one.kind == "role-changed" and isinstance(one.detail.get("before"), Mapping),
        }
        for one in await entries_of(ask, subject)
    ]


def _lines(one: AuditEntryView, roles: Mapping[str, str]) -> Iterator[str]:
    before, after = (_part(one, name) for name in ("before", "after"))
    say = words()
    if before is None or after is None:
        yield say("history.made" if before is None else "history.removed")
    if before is None or after is None:
        return
    for name in after:
        was, now = before.get(name), after[name]
        if was == now:
            continue
        if isinstance(was, list) and isinstance(now, list):
            for key, some in (("gave", [x for x in now if x not in was]), ("took", [x for x in was if x not in now])):
                if some:
                    yield say(f"history.{key}", what=", ".join(_called(name, x, roles) for x in some))
        else:
            yield say("history.became", name=say(f"history.{name}"), before=_shown(name, was), after=_shown(name, now))


def _part(one: AuditEntryView, name: str) -> Mapping[str, Any] | None:
    found = one.detail.get(name)
    return found if isinstance(found, Mapping) else None


def _called(name: str, value: object, roles: Mapping[str, str]) -> str:
    if name == "permissions":
        return words().or_itself("permission", str(value))
    return roles.get(str(value), str(value))


def _shown(name: str, value: object) -> str:
    say = words()
    if name == "active":
        return say("users.active" if value else "users.shut")
    return str(value) if value else say("directory.none")
