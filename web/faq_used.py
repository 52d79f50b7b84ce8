"""Which answers of the agencies somebody has answered with, as a draft names them: `ENTRY/NUMBER`, several with blanks between. Refuses
(NotFound `faq-unknown`) what was never published.
"""

import re

from hotline1022.core.errors import NotFound
from hotline1022.faq.types import Entry
from hotline1022.tickets.types import FAQ, FAQ_QUESTIONS
from hotline1022.web.route import Ask

_ONE = re.compile(r"([a-z0-9][a-z0-9-]{0,39})/([1-9][0-9]{0,8})")
#: answers of one ticket at most; the first ones stay
MOST = 5


async def used(ask: Ask, text: str, *, strict: bool) -> dict[str, str]:
    """What a ticket's history says of them: ids with versions, and each one's question on a line of its own; {} for none.

    Not `strict`: what there is not is left out, as on a page nobody sees which it was.
    """
    found: dict[str, str] = {}
    for name in text.split():
        if name in found or len(found) == MOST:
            continue
        try:
            found[name] = await _question(ask, name)
        except NotFound:
            if strict:
                raise
    return {FAQ: " ".join(found), FAQ_QUESTIONS: "\n".join(found.values())} if found else {}


async def _question(ask: Ask, name: str) -> str:
    if (parts := _ONE.fullmatch(name)) is None:
        raise _unknown(name)
    entry: Entry = await ask.ports.faq.get(parts[1])
    try:
        version = entry.version(int(parts[2]))
    except KeyError:
        raise _unknown(name) from None
    if version.published_at is None:
        raise _unknown(name)
    return version.text.question


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"{name} is no published answer; name one that the search gives, as ENTRY/NUMBER", error_id="faq-unknown"
    )
