"""A password or PIN that was made for somebody, until who made it has passed it on: shown in the session that made it, also when the page
is loaded again. Refuses other sessions, and to keep it for long or anywhere but in memory: after a restart of the service it is gone.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from aiohttp import web

from hotline1022.web.route import Ask

#: until it is gone; who comes later makes another one
KEPT = timedelta(minutes=5)
#: of all sessions; the oldest go
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What was made, and whose it is."""

    session: str
    #: of which kind of page it is
    page: str
    secret: str = field(repr=False)
    #: what the page says of it, by name
    about: dict[str, str]
    until: datetime


class ShownOnce:
    """By a name of no meaning, which stands in the address: without the session it opens nothing."""

    def __init__(self) -> None:
        self._kept: dict[str, Once] = {}

    def put(self, one: Once) -> str:
        """Keep it; the name."""
        name = token_hex(8)
        self._kept[name] = one
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        # nobody may come back: it goes by itself, whatever clock the pages have
        asyncio.get_running_loop().call_later(KEPT.total_seconds(), self._kept.pop, name, None)
        return name

    def look(self, name: str, session: str, page: str, now: datetime) -> Once | None:
        """What this session made for this page; None once its time is over, after a restart, and for everybody else."""
        one = self._kept.get(name)
        return one if one is not None and (one.session, one.page) == (session, page) and one.until > now else None


ONCE: web.AppKey[ShownOnce] = web.AppKey("once", ShownOnce)


def keep(ask: Ask, page: str, secret: str, **about: str) -> str:
    """The address of the page that shows it."""
    assert ask.signed is not None
    until = ask.ports.clock() + KEPT
    made = Once(session=ask.signed.session.id, page=page, secret=secret, about=about, until=until)
    return f"{page}?once={ask.request.app[ONCE].put(made)}"


def kept(ask: Ask, page: str, name: str) -> Once | None:
    """What the address names; None where there is nothing to show any more."""
    assert ask.signed is not None
    return ask.request.app[ONCE].look(name, ask.signed.session.id, page, ask.ports.clock())
