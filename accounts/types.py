"""The values of who signs in at the desk: permissions, roles, users, sessions. Refuses naive times; knows no HTTP.

A user is somebody with a name and a password. What a user may is the union of the roles; who answers calls is also a person
of the queue (`person`), who works at an agency is also a contact point of the directory (`contact`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline1022.core.clock import aware


class Permission(StrEnum):
    """One thing that people may do. A role is a set of these; the database keeps them as words."""

    #: lists and figures of calls, queue, lines, tickets, messages; numbers and texts of citizens masked
    LOOK = "look"
    #: telephone numbers, names and texts of citizens as they are
    NUMBERS = "numbers"
    #: be at a line, write tickets, transfer, hear messages, ring back
    ANSWER = "answer"
    #: log in, pause and log out others; watch the alarms
    SHIFT = "shift"
    #: handle the tickets of the own agency
    HANDLE = "handle"
    #: do what is the leader's for the own agency: whatever was passed to the leader
    LEAD = "lead"
    #: give a ticket of the own agency a later date than the citizen was promised
    EXTEND = "extend"
    #: write questions and answers of the own agency
    FAQ_WRITE = "faq-write"
    #: publish questions and answers that somebody else wrote
    FAQ_PUBLISH = "faq-publish"
    #: counts, charts, reports, exports of lists
    REPORTS = "reports"
    #: addresses for televisions
    WALLBOARD = "wallboard"
    #: search recordings, listen with a reason, ask for a disclosure, have the evidence looked at; in a role of an agency, hear
    #: recordings of the own agency's tickets with a reason, and nothing else: rights.py
    LISTEN = "listen"
    #: decide on disclosures that somebody else asked for, pack them, hand them out
    DISCLOSE = "disclose"
    #: holds, terms of keeping
    RETENTION = "retention"
    #: one citizen's data: all of it out, or erased
    CITIZENS = "citizens"
    #: agencies, contact points, areas, categories
    DIRECTORY = "directory"
    #: the menu: try, publish, roll back
    MENU = "menu"
    #: shifts and crews, people at the lines and their PINs
    ROSTER = "roster"
    #: pause reasons, templates, deadlines, days off, gateways, alarms, backups, stamps
    SETTINGS = "settings"
    #: users and roles
    USERS = "users"
    #: the machine's figures, for Prometheus
    METRICS = "metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A set of permissions with a name."""

    #: small letters, digits and -
    id: str
    #: as people read it
    name: str
    permissions: frozenset[Permission]
    #: greater with each change: who changes it says which one was seen
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may sign in. Secrets are kept beside, not here."""

    #: random
    id: str
    #: what is typed: small letters, digits, . - _
    login: str
    #: as people read it, NFC
    name: str
    roles: frozenset[str]
    #: id of a person of the queue; "" = does not answer
    person: str = ""
    #: id of a contact point of the directory; "" = of no agency
    contact: str = ""
    active: bool = True
    #: the password was given by somebody else, and must be changed before anything else
    must_change: bool = False
    #: a second factor is asked for
    totp: bool = False
    created_at: datetime
    last_sign_in_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        aware(self.created_at)
        if self.last_sign_in_at is not None:
            aware(self.last_sign_in_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What only the door looks at."""

    #: Argon2id; "" = nobody can sign in with it
    password: str = field(default="", repr=False)
    #: until when a password that was given by somebody else is good; None = without end
    password_until: datetime | None = None
    #: sealed with the key of the accounts; b"" = none
    totp: bytes = field(default=b"", repr=False)
    #: the last step of 30 s of which a code was taken: no code is good twice
    totp_step: int = 0


class Stage(StrEnum):
    """How far a session has come. The table in states.py says what leads where."""

    #: password right, second factor to come
    SECOND = "second"
    #: all right but for a password that must be changed
    CHANGE = "change"
    #: signed in
    FULL = "full"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser in which somebody signed in."""

    #: random, shown in lists; the cookie's text is not kept, only its SHA-256
    id: str
    user: str
    stage: Stage
    made_at: datetime
    seen_at: datetime
    #: at the latest, however busy
    ends_at: datetime
    #: from where and with what it was made: an address, the browser's words
    origin: str
    browser: str
    #: when the password was typed once more; None = never since the sign-in
    confirmed_at: datetime | None = None

    def __post_init__(self) -> None:
        for at in (self.made_at, self.seen_at, self.ends_at, self.confirmed_at):
            if at is not None:
                aware(at)

    @property
    def password_at(self) -> datetime:
        """When somebody last showed in this browser that the password is known."""
        return self.confirmed_at or self.made_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who stands behind a request."""

    user: User
    session: Session
    permissions: frozenset[Permission]
    #: may listen, but to recordings of tickets of the own agency alone: see rights.py
    hears_own: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether it is allowed: never before the sign-in is whole."""
        return self.session.stage is Stage.FULL and permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Whence somebody comes."""

    #: as failures are counted by it: an address, of IPv6 its network
    address: str
    #: the browser's own words, for the list of sessions
    browser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who came in, and what the cookie says now."""

    signed: SignedIn
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A user, and the password that is shown once."""

    user: User
    password: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be changed of a user; None stays."""

    login: str | None = None
    name: str | None = None
    roles: frozenset[str] | None = None
    person: str | None = None
    contact: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A new second factor as its owner sees it, once."""

    #: what the QR code holds
    address: str = field(repr=False)
    #: the same for who types it
    typed: str = field(repr=False)
