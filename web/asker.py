"""Who asks the API: a token, or somebody who is signed in at the desk; both are sets of permissions. Refuses what none of these
allows, and says who could.
"""

from dataclasses import dataclass

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.web.errors import Forbidden
from hotline1022.web.types import Belongs, Scope, Token

P = Permission
#: what hears recordings, is a machine's, is an agency's own, or makes people who may do all of this, is not in admin
_APART = {P.LISTEN, P.METRICS, P.HANDLE, P.LEAD, P.EXTEND, P.USERS}
#: what a token of each scope may do; docs/permissions.md has the same for people
SCOPES: dict[Scope, frozenset[Permission]] = {
    Scope.READ: frozenset({P.LOOK}),
    Scope.AGENT: frozenset({P.LOOK, P.NUMBERS, P.ANSWER, P.SHIFT, P.FAQ_WRITE}),
    Scope.ADMIN: frozenset(set(P) - _APART),
    Scope.METRICS: frozenset({P.METRICS}),
    Scope.LISTEN: frozenset({P.LISTEN}),
}
#: where a right that was given to a session says whose it is
SESSION = "session:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody whom the door has found."""

    #: what ends with it: the id of a token, `session:ID`
    id: str
    #: for marks such as heard by
    name: str
    #: as the audit calls it: `token:NAME`, `contact:ID`, `user:LOGIN`
    actor: str
    permissions: frozenset[Permission]
    #: a person of the queue; "" = none, or a token, which is nobody's
    person: str = ""
    #: the contact point, and its agency; "" = of no agency
    contact: str = ""
    agency: str = ""
    #: whose tickets it reaches, when it is an officer
    agencies: frozenset[str] = frozenset()
    #: it is an agency's: reaches tickets of `agencies` alone, and of 1022 nothing else
    officer: bool = False
    #: hears recordings of tickets of `agencies`, and no others
    hears_own: bool = False
    #: who is signed in; None for tokens
    signed: SignedIn | None = None

    @property
    def owner(self) -> str:
        """Whose it is what is kept for this one alone, in whatever browser: `user:ID`, `token:ID`."""
        return f"user:{self.signed.user.id}" if self.signed is not None else f"token:{self.id}"

    def may(self, permission: Permission) -> bool:
        """Whether it is allowed."""
        return permission in self.permissions

    def handles(self, agency: str) -> bool:
        """Whether it works for this agency: whoever handles its tickets, with whatever other role."""
        return agency in self.agencies and (self.signed is None or self.may(P.HANDLE))

    def demand(self, permission: Permission, *, of_agency: bool = False) -> None:
        """Forbidden `scope-missing` unless it is allowed; what is `of_agency` those who handle tickets there may too."""
        if self.may(permission) or (of_agency and self.may(P.HANDLE) and (self.officer or self.agencies)):
            return
        if self.signed is not None:
            raise Forbidden(f"user {self.signed.user.login} lacks the permission {permission}; an admin may give it")
        fit = ", ".join(scope for scope, allowed in SCOPES.items() if permission in allowed)
        cure = f"use one of scope {fit}" if fit else "sign in at the desk as somebody who has it"
        raise Forbidden(f"the token {self.name!r} lacks the permission {permission}; {cure}")


def of_token(token: Token) -> Asker:
    """A token, by its scopes."""
    return Asker(
        id=token.id,
        name=token.name,
        actor=f"contact:{token.contact}" if token.contact else f"token:{token.name}",
        permissions=frozenset().union(*(SCOPES[scope] for scope in token.scopes)),
        contact=token.contact,
        agency=token.agency,
        agencies=token.agencies,
        officer=bool(token.contact),
    )


def of_session(signed: SignedIn, belongs: Belongs | None) -> Asker:
    """Somebody who is signed in; who may not look at 1022's lists is an officer of the agency that he belongs to."""
    user = signed.user
    return Asker(
        id=f"{SESSION}{signed.session.id}",
        name=user.name,
        actor=f"user:{user.login}",
        permissions=signed.permissions,
        person=user.person,
        contact=user.contact if belongs else "",
        agency=belongs.agency if belongs else "",
        agencies=belongs.agencies if belongs else frozenset(),
        officer=P.LOOK not in signed.permissions,
        hears_own=signed.hears_own and belongs is not None,
        signed=signed,
    )
