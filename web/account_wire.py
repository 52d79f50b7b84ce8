"""What requests about one's own account carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.accounts.types import Stage
from hotline1022.web.rules import Rule
from hotline1022.web.types import When
from hotline1022.web.users_wire import ContactId, PersonId

OwnPassword = Annotated[str, Rule(doc="the own one, as it is now", low=1, high=400, secret=True, verbatim=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInBody:
    """Who wants in."""

    login: Annotated[str, Rule(low=1, high=80)]
    password: OwnPassword


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """A session has begun, or has come further; its cookie comes with the answer."""

    stage: Annotated[
        Stage,
        Rule(
            doc="full: it may all that its user may; second: POST /api/me/second wants the code first; change: POST /api/me/password "
            "wants a password of one's own first"
        ),
    ]
    csrf: Annotated[str, Rule(doc="what goes into X-CSRF-Token of whatever changes something")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRole:
    """A role of one's own."""

    id: str
    name: Annotated[str, Rule(doc="as people read it; the id of one that is gone")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """The account of who is signed in, without its secrets."""

    login: str
    name: str
    roles: tuple[OwnRole, ...]
    person: PersonId
    contact: ContactId
    second: Annotated[bool, Rule(doc="a second factor is asked for at the door")]
    created_at: When
    last_sign_in_at: When | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A browser in which somebody is signed in."""

    id: Annotated[str, Rule(doc="says nothing of the cookie")]
    browser: Annotated[str, Rule(doc="the browser's own words")]
    origin: Annotated[str, Rule(doc="address from which it was signed in")]
    made_at: When
    seen_at: When
    ends_at: Annotated[When, Rule(doc="at the latest, however busy")]
    here: Annotated[bool, Rule(doc="it is the one that asks")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSessions:
    """All that are open, latest first."""

    sessions: tuple[OwnSession, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEndBody:
    """Which sessions are to end."""

    session: Annotated[
        str,
        Rule(doc="id of one, the own one too: that signs out; empty = all but the own one", pattern="([0-9a-f]{16})?"),
    ] = ""
    here: Annotated[bool, Rule(doc="with an empty `session`: the own one too, which signs out everywhere")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordBody:
    """The own password and the one after it."""

    old: OwnPassword
    new: Annotated[str, Rule(doc="10 characters or more, hard to guess", low=1, high=400, secret=True, verbatim=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordDone:
    """It is another one, and the session has another cookie, which comes with the answer."""

    csrf: Annotated[str, Rule(doc="what goes into X-CSRF-Token from now on")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPasswordBody:
    """The own password, once more."""

    password: OwnPassword


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondBegun:
    """A second factor that is not in force yet, told once."""

    address: Annotated[str, Rule(doc="otpauth://…, what the QR code holds")]
    typed: Annotated[str, Rule(doc="the same, for who types it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondCodeBody:
    """A code of it."""

    code: Annotated[str, Rule(doc="six digits", low=1, high=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOn:
    """It is asked for at the door from now on, and what opens in its place, told once."""

    second: bool
    recovery: Annotated[tuple[str, ...], Rule(doc="recovery codes: each is good once, in place of a code")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondState:
    """Whether a second factor is asked for at the door."""

    second: bool
