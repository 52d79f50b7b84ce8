"""Who is acting: carried by the task of a request, a command or a keyed code, read where changes are written down.

The first transaction that is committed under it writes one entry of the audit, in that same transaction; later ones of
the same act do not repeat it. Refuses to be guessed: where nobody set it, it is the service itself, and no act is noted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from hotline1022.core.texts import one_form


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
    #: the request, the command, the code is over: tasks that it started and that still run are the service's own
    over: bool = False

    def __post_init__(self) -> None:
        self.actor = one_form(self.actor)  # rows are compared with the chain, which has it so


_NOW: ContextVar[Acting | None] = ContextVar("hotline1022_acting", default=None)


def acting() -> Acting | None:
    """Who is acting in this task; None: the service itself."""
    one = _NOW.get()
    return None if one is None or one.over else one


@contextmanager
def acts(one: Acting) -> Iterator[Acting]:
    """Everything inside is done by this one, also in tasks that are started there, until the end of the block."""
    token = _NOW.set(one)
    try:
        yield one
    finally:
        one.over = True
        _NOW.reset(token)


@contextmanager
def by_the_service() -> Iterator[None]:
    """What is written inside is not the act: an alarm that it rings, a PIN that is counted before it is let in."""
    token = _NOW.set(None)
    try:
        yield
    finally:
        _NOW.reset(token)
