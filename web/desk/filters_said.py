"""What stands above a list of calls or tickets: its filters in words, and the way back to the page of figures with those that it has
too. Refuses nothing.
"""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from hotline1022.core.clock import day_begins, local_day
from hotline1022.core.words import time_written
from hotline1022.web.desk import figures_said as write
from hotline1022.web.desk import seen
from hotline1022.web.page_words import words
from hotline1022.web.tickets_wire import TicketListed
from hotline1022.web.wire import CallListed

Query = CallListed | TicketListed
#: filters that the page of figures has under the same name
_SAME = ("agency", "category", "service", "words")
#: filters whose values are words of a closed list
_TABLES = {
    "part": "call-part",
    "result": "call-result",
    "reason": "call-reason",
    "standing": "standing",
    "channel": "channel",
    "direction": "call-direction",
    "ticket_state": "state",
}


def filter_said(query: Query, name: str, names: seen.Names) -> str:
    """`Từ: 26/11/2026 00:00:00`."""
    say, value = words(), getattr(query, name)
    assert name in {one.name for one in fields(query)}
    return say("supervision.filter", name=say(f"supervision-filter.{name}"), value=_value(query, name, value, names))


def _value(query: Query, name: str, value: Any, names: seen.Names) -> str:
    say = words()
    if hasattr(value, "astimezone"):
        return seen.instant(value)
    if hasattr(value, "strftime"):
        return time_written(value)
    if name in _TABLES:
        return say.or_itself(_TABLES[name], str(value))
    if name == "which":
        return say.or_itself("ticket-which", str(value))
    if name == "order":
        return say.or_itself("ticket-order", str(value))
    if name == "state":
        if isinstance(query, CallListed):
            return say.or_itself("call-state", str(value))
        return say.or_itself("state", str(value))
    if value == "-":
        return say("figure.not-known")
    called = {"agency": names.agencies, "category": names.categories, "area": names.areas}
    if name in called:
        return called[name].get(value, value)
    if name == "person":
        return names.person(value)
    if name == "waited":
        return seen.length(value)
    return say("supervision.yes") if value is True else str(value)


def back(query: Query, now: datetime) -> str:
    """The page of figures by the same days, unit, category, service group, content and state of tickets."""
    given = {
        "since": "" if query.since is None else local_day(query.since).isoformat(),
        "until": _last(query.until, now),
    }
    given |= {name: getattr(query, name) or "" for name in _SAME}
    given["state"] = (query.ticket_state if isinstance(query, CallListed) else query.state) or ""
    kept = {name: str(value) for name, value in given.items() if value}
    # of today alone the page tells by itself, and goes on telling
    if not kept or kept == {"since": local_day(now).isoformat()}:
        return write.ROOM
    return f"{write.ROOM}?{urlencode(kept)}"


def _last(until: datetime | None, now: datetime) -> str:
    """The last day before that; "" while it goes on."""
    if until is None:
        return ""
    last = local_day(until - timedelta(microseconds=1))
    return "" if last >= local_day(now) and until != day_begins(last + timedelta(days=1)) else last.isoformat()
