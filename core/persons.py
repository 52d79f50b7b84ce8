"""Whether two who act are one person, by the names of their tokens, their shell, their account. Pure; refuses to tell people apart by what
nobody sees: case, blanks, invisible characters, another spelling of the same letters.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from hotline1022.core.folding import fold

#: who is known by a name; others (`contact:ID`, `person:101`) by an id, which is exact
_NAMED = frozenset({"token", "cli", "user"})
_USER = "user:"
_NOBODY: Mapping[str, str] = MappingProxyType({})
#: drawn as nothing, and in none of the categories that say so
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def same_person(one: str, other: str, called: Mapping[str, str] = _NOBODY) -> bool:
    """`token:An`, `token:AN ` and `cli:an` are one person, whatever the tokens may do; `token:Ân` is another one.

    The name of a shell has neither marks nor blanks: `cli:tranan` is `token:Trần An` too. Somebody with an account is known by its
    login, as by a shell's, and by the name that `called` has for `user:LOGIN`. Two accounts are two people unless they have
    one name.
    """
    if one == other:
        return True
    if not {one.partition(":")[0], other.partition(":")[0]} <= _NAMED:
        return False
    accounts = one.startswith(_USER) and other.startswith(_USER)
    pairs = ((a, b) for a in _names(one, called) for b in _names(other, called))
    return any(_alike(a, b) for a, b in pairs if not (accounts and a[0] and b[0]))


def _names(actor: str, called: Mapping[str, str]) -> list[tuple[bool, str]]:
    """The names by which somebody is known, and whether each is one without marks and blanks."""
    kind, _, name = actor.partition(":")
    found = [(kind != "token", name)]
    return [*found, (False, called[actor])] if actor in called else found


def _alike(one: tuple[bool, str], other: tuple[bool, str]) -> bool:
    name, its = _seen(one[1]), _seen(other[1])
    if one[0] or other[0]:
        name, its = _letters(name), _letters(its)
    return name == its


def _seen(name: str) -> str:
    """As it is read: one spelling of each letter, no case, no blanks, nothing that is not drawn."""
    for _ in range(2):  # folding case may give letters that have another spelling again
        name = unicodedata.normalize("NFKC", name.casefold())
    shown = (c for c in name if c not in _UNSEEN and not _silent(c) and not c.isspace())
    return unicodedata.normalize("NFKC", "".join(shown))


def _silent(character: str) -> bool:
    """Controls, formats, and the marks that only choose how another character looks."""
    return unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Cn",
        "Co",
        "Cs",
    ) or "VARIATION SELECTOR" in unicodedata.name(character, "")


def _letters(name: str) -> str:
    return "".join(c for c in fold(name) if c.isalnum())
