"""Whether somebody may be at a line, by what the person and the accounts at the desk are, as a table. Pure; refuses nothing itself.

A person is joined to accounts of the desk by `person` of the account. Who has none answers by telephone alone, and needs none.
"""

from collections.abc import Iterable
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to the hotline."""

    IN_FORCE = "in-force"
    #: has accounts at the desk, and each of them is shut out
    SHUT_OUT = "shut-out"
    #: answers no more
    ENDED = "ended"


class Place(StrEnum):
    """Where somebody is."""

    #: logged in at no line, and keys id and PIN
    OUT = "out"
    #: logged in; the phone may ring
    AT_LINE = "at-line"
    #: logged in, with a call
    IN_TALK = "in-talk"


class Then(StrEnum):
    """What follows."""

    LET_IN = "let-in"
    #: as with a wrong PIN: the telephone tells nobody who is known here
    REFUSE = "refuse"
    STAY = "stay"
    #: out at once; a call under way goes on to its end, and nothing rings there any more
    LOG_OUT = "log-out"


TABLE: dict[tuple[Standing, Place], Then] = {
    (Standing.IN_FORCE, Place.OUT): Then.LET_IN,
    (Standing.IN_FORCE, Place.AT_LINE): Then.STAY,
    (Standing.IN_FORCE, Place.IN_TALK): Then.STAY,
    (Standing.SHUT_OUT, Place.OUT): Then.REFUSE,
    (Standing.SHUT_OUT, Place.AT_LINE): Then.LOG_OUT,
    (Standing.SHUT_OUT, Place.IN_TALK): Then.LOG_OUT,
    (Standing.ENDED, Place.OUT): Then.REFUSE,
    (Standing.ENDED, Place.AT_LINE): Then.LOG_OUT,
    (Standing.ENDED, Place.IN_TALK): Then.LOG_OUT,
}


def standing(*, active: bool, accounts: Iterable[bool]) -> Standing:
    """Of a person who is `active`, with accounts at the desk of which each is in force or shut out. One in force is enough: the person
    was given to another account when the first was shut out.
    """
    if not active:
        return Standing.ENDED
    known = tuple(accounts)
    return Standing.SHUT_OUT if known and not any(known) else Standing.IN_FORCE
