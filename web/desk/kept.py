"""What somebody has typed and could not send because the session was over, or the password was wanted once more: kept until the form
is looked at again, for this user alone. Refuses to keep much or for long; which forms are kept: late.py, how they are filled in again:
refill.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from hotline1022.web import cookies

#: until the form is looked at; who comes later has begun anew
KEPT = timedelta(minutes=30)
#: forms of one user, and of all: a form has 64 KiB at most
OF_ONE, OF_ALL = 5, 200
#: fields that are never kept, wherever they are
SECRETS = frozenset({cookies.FIELD, "password", "old", "new", "again", "pin", "secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form as it was sent."""

    user: str
    #: the page that it was on, as it is asked for
    page: str
    #: where it was sent to
    action: str
    pairs: tuple[tuple[str, str], ...]
    #: it had files, which nobody keeps
    files: bool
    until: datetime


class KeptForms:
    """In memory: after a restart of the service they are gone."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []

    def put(self, one: Kept) -> None:
        """Keep it; the oldest ones go."""
        of_user = [known for known in self._kept if known.user == one.user]
        again = [known for known in of_user if (known.page, known.action) == (one.page, one.action)]
        for gone in again or of_user[: max(0, len(of_user) - OF_ONE + 1)]:
            self._kept.remove(gone)
        self._kept = [*self._kept, one][-OF_ALL:]

    def take(self, user: str, page: str, now: datetime) -> Kept | None:
        """The latest of this user for this page, once."""
        self._kept = [one for one in self._kept if one.until > now]
        found = next((one for one in reversed(self._kept) if (one.user, one.page) == (user, page)), None)
        if found is not None:
            self._kept.remove(found)
        return found


STORE: web.AppKey[KeptForms] = web.AppKey("kept", KeptForms)
