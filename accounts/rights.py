"""What somebody's roles give together. Refuses to let a role of an agency hear the whole province: `listen` there is for recordings of
the agency's own tickets. A further role takes nothing away.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline1022.accounts.types import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a user may do."""

    #: with `listen` only where it is for all recordings
    permissions: frozenset[Permission]
    #: may listen, but to recordings of tickets of the own agency alone
    hears_own: bool = False


def united(roles: Iterable[frozenset[Permission]], *, contact: bool) -> Rights:
    """Of all roles of a user, who is a contact point of an agency or not.

    All recordings are heard by whoever has a role that may both look at everything and listen, as an auditor's; and by a role that
    listens alone, where neither role nor user is an agency's. Each role is looked at by itself: `look` of a supervisor beside
    `listen` of a specialist make no auditor.
    """
    sets = tuple(roles)
    together = frozenset[Permission]().union(*sets)
    if Permission.LISTEN not in together or any(_hears_all(one, contact=contact) for one in sets):
        return Rights(permissions=together)
    return Rights(permissions=together - {Permission.LISTEN}, hears_own=True)


def _hears_all(role: frozenset[Permission], *, contact: bool) -> bool:
    of_agency = contact or Permission.HANDLE in role
    return Permission.LISTEN in role and (Permission.LOOK in role or not of_agency)
