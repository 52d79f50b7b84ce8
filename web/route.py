"""What one route of the API is, and what its handler is given. Refuses nothing: app.py does, by this description."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission, SignedIn, Stage
from hotline1022.core.errors import HotlineError
from hotline1022.figures.types import ChartName
from hotline1022.tickets.ports import BY_LINK
from hotline1022.tickets.types import BY_HAND, Action
from hotline1022.web.asker import Asker
from hotline1022.web.errors import no_token
from hotline1022.web.ports import Ports
from hotline1022.web.rules import Rule
from hotline1022.web.wire import NoInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request after the door: who asks is known, everything parsed."""

    request: web.Request
    ports: Ports
    #: None on pages, and where the route is open and nobody showed who asks
    who: Asker | None
    #: parts of the path by name
    path: Mapping[str, str]
    #: a value of the route's `query` type
    query: Any
    #: a value of the route's `body` type
    body: Any
    #: who is signed in, on pages of the desk
    signed: SignedIn | None = None

    @property
    def asker(self) -> Asker:
        """Who asks; Unauthorized `token-missing` where nobody showed."""
        if self.who is None:
            raise no_token()
        return self.who

    @property
    def by(self) -> str:
        """Name for marks such as heard by."""
        return self.asker.name

    @property
    def sees_numbers(self) -> bool:
        """Whether telephone numbers are shown in full."""
        return self.who is not None and self.who.may(Permission.NUMBERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose status is not the route's own."""

    value: object
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a page of the desk asks of who comes."""

    #: what must be allowed; None = nothing in particular
    needs: Permission | None = None
    #: who has one of these may come too
    others: frozenset[Permission] = frozenset()
    #: how far a session must have come; an empty set lets in whoever is not signed in too
    stages: frozenset[Stage] = frozenset({Stage.FULL})
    #: asked by a page by itself: nobody need sit there
    by_itself: bool = False
    #: who hears recordings of the own agency's tickets alone may come too: the handler asks recording_rights.py for which
    own: bool = False

    def takes(self, signed: SignedIn) -> bool:
        """Whether somebody who has come so far may come here."""
        if self.needs is None or any(signed.may(one) for one in (self.needs, *self.others)):
            return True
        return self.own and signed.hears_own and signed.session.stage is Stage.FULL


#: Gives a value of the route's `answer` type, an Answer around one, or a whole response.
Handler = Callable[[Ask], Awaitable[object]]


class BadRange(HotlineError):
    """The Range header asks for bytes that are not there."""

    error_id = "range-invalid"


#: The names that paths may have in braces.
PARTS: dict[str, Rule] = {
    "call": Rule(doc="id of a call: hl1-1795470208.58", pattern=r"[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}"),
    "line": Rule(doc="number of a line", pattern=r"[0-9]{2,6}"),
    "recording": Rule(doc="id of a recording", pattern=r"[0-9a-f]{16}"),
    "erasure": Rule(doc="id of a request to erase", pattern=r"[0-9a-f]{16}"),
    "hold": Rule(doc="id of a hold", pattern=r"[0-9a-f]{16}"),
    "voicemail": Rule(doc="id of a voicemail", pattern=r"[A-Za-z0-9._~-]{1,128}"),
    "alarm": Rule(doc="id of an alarm", pattern=r"[A-Za-z0-9._~-]{1,128}"),
    "agency": Rule(doc="id of an agency", pattern=r"[a-z0-9][a-z0-9-]{0,39}"),
    "area": Rule(doc="id of an area", pattern=r"[a-z0-9][a-z0-9-]{0,39}"),
    "category": Rule(doc="id of a category", pattern=r"[a-z0-9][a-z0-9-]{0,39}"),
    "contact": Rule(doc="id of a contact point", pattern=r"[a-z0-9][a-z0-9-]{0,39}"),
    "ticket": Rule(doc="id or code of a ticket", pattern=r"[0-9a-f]{16}|[0-9]{8}"),
    "change": Rule(doc="number of a change of the directory", pattern=r"[1-9][0-9]{0,15}"),
    "api_token": Rule(doc="id of an API token", pattern=r"[0-9a-f]{16}"),
    "letter": Rule(doc="id of a scan", pattern=r"[0-9a-f]{16}"),
    "attachment": Rule(doc="id of a file", pattern=r"[0-9a-f]{16}"),
    "code": Rule(doc="code of a ticket, 8 digits", pattern=r"[0-9]{8}"),
    "action": Rule(doc="what is to be done", pattern="|".join(action for action in Action if action in BY_HAND)),
    "act": Rule(doc="what is done by a link", pattern="|".join(action for action in Action if action in BY_LINK)),
    "message": Rule(doc="id of a message", pattern=r"[A-Za-z0-9._~-]{1,128}"),
    "to_tell": Rule(doc="id of a line of the list", pattern=r"[A-Za-z0-9._~-]{1,128}"),
    "disclosure": Rule(doc="id of a disclosure", pattern=r"[0-9a-f]{16}"),
    "key": Rule(doc="key of a right to listen, or of a television", pattern=r"[A-Za-z0-9_-]{43}"),
    "entry": Rule(doc="id of a question", pattern=r"[0-9a-f]{16}"),
    "webhook": Rule(doc="id of a webhook", pattern=r"[0-9a-f]{16}"),
    "watcher": Rule(doc="id of somebody who is told of alarms", pattern=r"[0-9a-f]{16}"),
    "limit": Rule(doc="key of the settings' file", pattern=r"[a-z]{1,20}\.[a-z_]{1,40}"),
    "miss": Rule(doc="id of a search without an answer", pattern=r"[0-9a-f]{16}"),
    "draft": Rule(
        doc="id of a call, or none: a request without a call",
        pattern=r"none|[a-z][a-z0-9]{0,15}-[0-9]{1,12}\.[0-9]{1,12}",
    ),
    "wallboard": Rule(doc="id of an address for a television", pattern=r"[0-9a-f]{16}"),
    "shift": Rule(doc="id of a shift", pattern=r"[a-z][a-z0-9-]{0,19}"),
    "person": Rule(doc="id of one who answers, as it is keyed", pattern=r"[0-9]{1,8}"),
    "crew": Rule(doc="id of a crew", pattern=r"[a-z][a-z0-9-]{0,19}"),
    "reason": Rule(doc="digit of a reason for a pause", pattern=r"[0-9]"),
    "day": Rule(doc="a day: 2026-11-24", pattern=r"20[0-9]{2}-[01][0-9]-[0-3][0-9]"),
    "user": Rule(doc="id of a user", pattern=r"[0-9a-f]{16}"),
    "role": Rule(doc="id of a role", pattern=r"[a-z][a-z0-9-]{1,39}"),
    "channel": Rule(doc="sms or email", pattern="sms|email"),
    "template": Rule(doc="name of a message: citizen.made.sms", pattern=r"[a-z]{2,20}\.[a-z-]{2,20}\.(sms|email)"),
    "chart": Rule(doc="name of a chart", pattern="|".join(ChartName)),
    "version": Rule(doc="number of a version", pattern=r"[1-9][0-9]{0,8}"),
    "step": Rule(doc="id of a step of the menu", pattern=r"[a-z0-9-]{1,40}"),
    "spoken": Rule(
        doc="what the menu speaks: prompts.greeting",
        pattern=r"(information|prompts|sounds)\.[a-z0-9-]{1,60}(/[a-z0-9-]{1,60})?",
    ),
    "digest": Rule(doc="of a file's content", pattern=r"[0-9a-f]{12}"),
    "file": Rule(doc="name of a file of the pages", pattern=r"[a-z0-9][a-z0-9.-]{0,80}"),
    "backup": Rule(doc="name of a backup: 20261129T020000Z", pattern=r"[0-9]{8}T[0-9]{6}Z(-[0-9]{1,6})?"),
    "token": Rule(doc="token of a signed link", pattern=r"[A-Za-z0-9_-]{20,400}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table in routes.py: it drives routing, the check at the door and the document."""

    method: str
    path: str
    #: what whoever asks must be allowed; None = any valid token or session
    needs: Permission | None
    summary: str
    handler: Handler
    #: a sentence or two more, for the document
    detail: str = ""
    #: who has one of these may ask too
    others: frozenset[Permission] = frozenset()
    #: works without a token or session
    open: bool = False
    #: takes officers of agencies too: the handler sees to it that they reach nothing but their agency's tickets
    officers: bool = False
    #: for people who are signed in, whatever they may: a token has no account
    people: bool = False
    #: how far a session must have come that asks here
    stages: frozenset[Stage] = frozenset({Stage.FULL})
    #: takes who hears recordings of the own agency's tickets alone too: the handler asks recording_rights.py for which
    own: bool = False
    #: a page for people: its body is a form of texts, its errors are pages
    page: bool = False
    #: seconds after which a browser asks once more by itself for a page that is a fault which may pass; 0 = somebody sits there
    again: int = 0
    #: a page of the desk: the cookie of a session says who comes, forms are of that session
    desk: Place | None = None
    query: type = NoInput
    #: NoInput = takes no body
    body: type = NoInput
    #: who is signed in shows the password once more, where that was long ago: an open browser alone is not enough
    confirms: bool = False
    #: asked by a page by itself: a session does not go on by it (pages of the desk: `Place.by_itself`)
    by_itself: bool = False
    #: keeps what is being typed: no act of the audit, as what comes of it is
    typing: bool = False
    #: takes the bytes of a file of any type: the handler reads them itself; on pages of the desk, a form with files
    upload: bool = False
    #: JSON of this type; None = `media` describes it
    answer: type | None = None
    media: str = "application/json"
    status: int = 200
    #: statuses beside `status` that carry the same type
    also: tuple[int, ...] = ()
    #: what it gives goes out of the house: an act of whoever asks, though it changes nothing
    leaves: bool = False
    #: what the audit's chain says, to those who prove it: it holds no number, and a masked hash is no hash; what agencies
    #: publish, whose numbers are those of offices; and what whoever asks has typed
    exact: bool = False
    #: an example of what `media` is, for the document
    example: str = ""
    #: seconds until the request is given up; None = it goes on as long as both sides want
    seconds: float | None = 15
