"""Whether two who act are one person, by the names of their tokens and of their shell. Pure; refuses to tell people apart by what
nobody sees: case, blanks, invisible characters, another spelling of the same letters.
"""

import unicodedata

from hotline1022.core.folding import fold

#: who is known by a name; others (`contact:ID`, `person:101`) by an id, which is exact
_NAMED = frozenset({"token", "cli"})
#: drawn as nothing, and in none of the categories that say so
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def same_person(one: str, other: str) -> bool:
    """`token:An`, `token:AN ` and `cli:an` are one person, whatever the tokens may do; `token:Ân` is another one.

    The name of a shell has neither marks nor blanks: `cli:tranan` is `token:Trần An` too.
    """
    kind, _, name = one.partition(":")
    its, _, called = other.partition(":")
    if one == other or not {kind, its} <= _NAMED:
        return one == other
    name, called = _seen(name), _seen(called)
    if "cli" in (kind, its):
        name, called = _letters(name), _letters(called)
    return name == called


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
