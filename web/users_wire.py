"""What requests about users and roles carry, and what the answers are. Refuses nothing itself: rules.py does."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.accounts.types import Given, Permission, Role, User
from hotline1022.web.rules import Rule
from hotline1022.web.types import When

Login = Annotated[str, Rule(doc="what is typed: small letters without marks, digits, . - _", low=1, high=60)]
Name = Annotated[str, Rule(doc="as people read it", low=1, high=80)]
Version = Annotated[int, Rule(doc="the one that was seen: who changes another one is told", low=1)]
PersonId = Annotated[str, Rule(doc="id of a person who answers; empty = does not answer", high=20)]
ContactId = Annotated[str, Rule(doc="id of a contact point; empty = of no agency", high=40)]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBody:
    """A new user."""

    login: Login
    name: Name
    roles: Annotated[tuple[str, ...], Rule(doc="ids of roles, one at least")]
    person: PersonId = ""
    contact: ContactId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to be changed; what is left out stays."""

    version: Version
    login: Login | None = None
    name: Name | None = None
    roles: Annotated[tuple[str, ...] | None, Rule(doc="all of them, in place of those before")] = None
    person: PersonId | None = None
    contact: ContactId | None = None
    active: Annotated[bool | None, Rule(doc="false shuts out at once, true lets in again")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBody:
    """Another one-time password."""

    second: Annotated[bool, Rule(doc="take the second factor away too")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBody:
    """The own password."""

    password: Annotated[str, Rule(doc="of whoever is signed in", low=1, high=400, secret=True, verbatim=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """It was right."""

    until: Annotated[When, Rule(doc="so long no change asks for it again")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A user, without secrets."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    person: str
    contact: str
    active: bool
    must_change: Annotated[bool, Rule(doc="has a one-time password, and must choose an own one")]
    totp: Annotated[bool, Rule(doc="a second factor is asked for")]
    created_at: When
    last_sign_in_at: When | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    """All users."""

    users: tuple[UserView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPassword:
    """A user, and the password that is shown once."""

    user: UserView
    password: Annotated[str, Rule(doc="good once; its owner chooses an own one then")]
    until: When


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """Sessions that were ended."""

    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBody:
    """A new role."""

    id: Annotated[str, Rule(doc="small letters, digits and -", low=1, high=60)]
    name: Name
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """A role as it is to be."""

    version: Version
    name: Name
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role."""

    id: str
    name: str
    permissions: tuple[Permission, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleList:
    """All roles."""

    roles: tuple[RoleView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who asks."""

    name: Annotated[str, Rule(doc="of the token, or of who is signed in")]
    actor: Annotated[str, Rule(doc="as the audit calls it: token:NAME, contact:ID, user:LOGIN")]
    permissions: tuple[Permission, ...]
    person: PersonId
    contact: ContactId
    agency: Annotated[str, Rule(doc="id of the agency whose tickets it handles; empty = of 1022, or of none")]


def user_view(one: User) -> UserView:
    """As it is told."""
    same = {name: getattr(one, name) for name in UserView.__dataclass_fields__ if name != "roles"}
    return UserView(roles=tuple(sorted(one.roles)), **same)


def given_view(given: Given) -> GivenPassword:
    """As it is told."""
    return GivenPassword(user=user_view(given.user), password=given.password, until=given.until)


def role_view(one: Role) -> RoleView:
    """As it is told; permissions in the order of the list."""
    return RoleView(id=one.id, name=one.name, permissions=in_order(one.permissions), version=one.version)


def in_order(permissions: frozenset[Permission]) -> tuple[Permission, ...]:
    """In the order of the list."""
    return tuple(one for one in Permission if one in permissions)
