"""Whether somebody may look for recordings by a number, for the API and the desk alike. Whoever hears all recordings may without seeing
numbers, as a unit's letter names one: by a whole number alone, each such search an act of the audit. Refuses parts of numbers, which
would tell digit by digit what is hidden.
"""

from hotline1022.accounts.types import Permission
from hotline1022.core.acting import Acting, acts
from hotline1022.recordings.types import significant
from hotline1022.web.cookies import check_site
from hotline1022.web.errors import Forbidden
from hotline1022.web.package import origin
from hotline1022.web.route import Ask

#: digits of a whole number, without what stands before it inside the country and from abroad
WHOLE = 9


async def check_number(ask: Ask, number: str, act: str) -> bool:
    """Whether it is looked for as a whole alone; the search is then written down as `act`, without the number, before anything is found.

    Forbidden `search-number`, `search-number-part`, `form-foreign`; Unavailable `audit-unavailable`.
    """
    asker = ask.asker
    if not number or asker.may(Permission.NUMBERS):
        return False
    if not asker.may(Permission.LISTEN):
        raise Forbidden("a search by number needs the permission numbers", error_id="search-number")
    if len(significant(number)) < WHOLE:
        text = f"without the permission numbers a number is searched whole, {WHOLE} digits at least; write all of it"
        raise Forbidden(text, error_id="search-number-part")
    if asker.signed is not None:
        check_site(ask.request)  # another site's link searches nobody in somebody's name
    whence = origin(ask.request) if asker.signed is not None else ask.request.remote or "?"
    detail: dict[str, object] = {"status": 200, "given": ["number"]}
    with acts(Acting(actor=asker.actor, origin=whence, act=act, detail=detail)) as done:
        await ask.ports.acts.note(done)
    return True
