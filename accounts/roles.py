"""The roles that a new house begins with. Refuses nothing: the admin changes them as the office needs."""

from collections.abc import Callable

from hotline1022.accounts.types import Permission as P
from hotline1022.accounts.types import Role

ADMIN = "admin"


def first_roles(named: Callable[[str], str] = str) -> tuple[Role, ...]:
    """Seven, of the people whom the decision that founds the hotline names; `named`: what each is called, by its id."""
    agent = {P.LOOK, P.NUMBERS, P.ANSWER}
    specialist = {P.HANDLE, P.FAQ_WRITE}
    return tuple(
        Role(id=id, name=named(id), permissions=frozenset(permissions))
        for id, permissions in (
            ("agent", agent),
            ("shift-manager", agent | {P.SHIFT, P.ROSTER, P.REPORTS}),
            ("specialist", specialist),
            ("leader", specialist | {P.LEAD, P.EXTEND, P.FAQ_PUBLISH}),
            ("supervisor", {P.LOOK, P.REPORTS, P.WALLBOARD}),
            ("auditor", {P.LOOK, P.LISTEN}),
            (ADMIN, set(P) - {P.LISTEN, P.ANSWER, P.HANDLE, P.LEAD, P.EXTEND}),
        )
    )
