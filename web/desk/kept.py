"""What somebody has typed and could not send because the session was over, the password was wanted once more, or no answer came: kept
until the form is looked at again, for this user alone. Refuses to keep much or for long; which forms are kept: late.py, how they are
filled in again: refill.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from hotline1022.web import cookies

#: until the form is looked at; who comes later has begun anew
KEPT = timedelta(minutes=30)
#: forms of one user, and of all, and signs of one form: what has more fits into no place of ours
OF_ONE, OF_ALL, SIGNS = 5, 200, 64 * 1024
#: sessions whose users are known without the database
SESSIONS = 1000
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
    #: it came in time, and nobody knows what became of it
    unanswered: bool = False


class KeptForms:
    """In memory: after a restart of the service they are gone."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        #: by what the forms of a session carry, which outlives the cookie
        self._users: dict[str, str] = {}

    def met(self, cookie: str, user: str) -> None:
        """Whose session it is, for when nobody can be asked."""
        name = cookies.form_token(cookie)
        self._users.pop(name, None)
        self._users[name] = user
        if len(self._users) > SESSIONS:
            del self._users[next(iter(self._users))]

    def whose(self, cookie: str) -> str:
        """The user who came with this cookie; "" for one that nobody has come with."""
        return self.of_form(cookies.form_token(cookie))

    def of_form(self, token: str) -> str:
        """The user whose pages had this token in their forms; "" for one that nobody has come with."""
        return self._users.get(token, "")

    def put(self, one: Kept) -> None:
        """Keep it; the oldest ones go."""
        of_user = [known for known in self._kept if known.user == one.user]
        again = [known for known in of_user if (known.page, known.action) == (one.page, one.action)]
        for gone in again or of_user[: max(0, len(of_user) - OF_ONE + 1)]:
            self._kept.remove(gone)
        self._kept = [*self._kept, one][-OF_ALL:]

    def sent(self, user: str, action: str) -> None:
        """A form was sent there with success: what is kept of it is no more wanted."""
        self._kept = [one for one in self._kept if (one.user, one.action) != (user, action)]

    def look(self, user: str, page: str, now: datetime) -> Kept | None:
        """The same as `take` gives, which stays."""
        return next(
            (one for one in reversed(self._kept) if (one.user, one.page) == (user, page) and one.until > now), None
        )

    def take(self, user: str, page: str, now: datetime) -> list[Kept]:
        """All of this user for this page, once; the latest last."""
        known = [one for one in self._kept if one.until > now]
        found = [one for one in known if (one.user, one.page) == (user, page)]
        self._kept = [one for one in known if one not in found]
        return found


STORE: web.AppKey[KeptForms] = web.AppKey("kept", KeptForms)
