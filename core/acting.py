"""Who is acting: carried by the task of a request, a command or a keyed code, read where changes are written down.

The first transaction that is committed under it writes one entry of the audit, in that same transaction; later ones of
the same act do not repeat it. Refuses to be guessed: where nobody set it, it is the service itself, and no act is noted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Acting:
    """One act of a person or of a program of others."""

    #: `token:NAME`, `person:101`, `cli:USER`, `contact:ID`
    actor: str
    #: from where: an address, a line, `cli`
    origin: str
    #: what is done: the route or the command
    act: str
    #: what it is about: `ticket:ID`, …; "" = nothing in particular
    subject: str = ""
    #: names of what was given, never contents: entries are kept for ever
    detail: Mapping[str, object] = field(default_factory=dict)
    #: it stands in a transaction that was committed
    noted: bool = False


_NOW: ContextVar[Acting | None] = ContextVar("hotline1022_acting", default=None)


def acting() -> Acting | None:
    """Who is acting in this task; None: the service itself."""
    return _NOW.get()


@contextmanager
def acts(one: Acting) -> Iterator[Acting]:
    """Everything inside, and tasks that are started there, is done by this one."""
    token = _NOW.set(one)
    try:
        yield one
    finally:
        _NOW.reset(token)
