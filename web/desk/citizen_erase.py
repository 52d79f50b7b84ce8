"""An erasure at the desk: exactly what will go, the number typed once more, then how far it is and what was done. Refuses without letter
and reason, and when something else would go by now than was shown; what was typed stays.
"""

import re
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.recordings.types import significant
from hotline1022.web.citizen_wire import ErasureStage
from hotline1022.web.desk.citizen_page import (
    HERE,
    LETTER_MOST,
    NUMBER_MOST,
    WHY_MOST,
    data_of,
    note_look,
    page_of,
    reason_of,
    request_of,
    typed_of,
)
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show, told_id
from hotline1022.web.route import PARTS, Ask

#: the look had nothing that may go: there is nothing to confirm
_NOTHING = "citizen-unknown"


async def prepare(ask: Ask) -> web.Response:
    """What will go, to be confirmed; nothing goes yet."""
    typed = typed_of(ask.body)
    try:
        reason_of(typed["erase_letter"], typed["why"])
        return await _confirmation(ask, typed | {"request": token_hex(8)})
    except HotlineError as error:
        return await page_of(ask, error, typed=typed, look=True)


async def prepare_again(ask: Ask) -> web.Response:
    """The same of a request that is there: asked for by somebody else, or broken off."""
    request, typed = ask.path["erasure"], typed_of(ask.body)
    await ask.ports.citizens.erasure(request)
    try:
        await ask.ports.citizens.check(request, typed["number"])
        return await _confirmation(ask, typed | {"request": request})
    except HotlineError as error:
        await note_look(ask, error)  # it tells whose number this is not
        return await _state(ask, error, number=typed["number"])


async def begin(ask: Ask) -> web.Response:
    """Erase what was shown."""
    form: Form = ask.body
    typed = typed_of(form) | {"request": form.one("request"), "typed": form.one("typed").strip()[:NUMBER_MOST]}
    request = _request(typed["request"])
    try:
        there = await _there(ask, request)
        reason = "" if there else reason_of(typed["erase_letter"], typed["why"])
        if significant(typed["typed"]) != significant(typed["number"]):
            text = "the number that was typed is another one; type it again"
            raise Refused(text, error_id="erasure-typed")
        await ask.ports.citizens.begin(request, typed["typed"], reason, form.one("seen")[:64])
    except HotlineError as error:
        return await _confirmation(ask, typed | {"request": request}, error)
    return see(f"{HERE}/erasures/{request}")


async def show_erasure(ask: Ask) -> web.Response:
    """How far one is, or what it did."""
    return await _state(ask)


async def confirmation(ask: Ask, typed: Mapping[str, str]) -> web.Response:
    """The page to confirm on, for a form that came too late."""
    try:
        return await _confirmation(ask, {**typed, "request": _request(typed["request"])})
    except HotlineError as error:
        return await page_of(ask, error, typed=typed)


async def _there(ask: Ask, request: str) -> bool:
    try:
        await ask.ports.citizens.erasure(request)
    except NotFound:
        return False
    return True


def _request(text: str) -> str:
    """An id that a page of ours has made."""
    return text if re.fullmatch(PARTS["erasure"].pattern, text) else token_hex(8)


async def _confirmation(ask: Ask, typed: Mapping[str, str], error: HotlineError | None = None) -> web.Response:
    request = typed["request"]
    found = data_of(ask, await ask.ports.citizens.look(typed["number"]))
    if error:
        await note_look(ask, error)
    if not found["anything"] and not await _there(ask, request):
        text = "nothing that may be erased is kept under this number"
        return await page_of(ask, error or Refused(text, error_id=_NOTHING), typed=typed, look=True)
    known = request_of(ask, await ask.ports.citizens.erasure(request)) if await _there(ask, request) else None
    return show(
        ask,
        "citizen-erase",
        error=error,
        typed={"typed": "", **typed},
        known=known,
        found=found,
        most=(LETTER_MOST, WHY_MOST, NUMBER_MOST),
    )


async def _state(ask: Ask, error: HotlineError | None = None, *, number: str = "") -> web.Response:
    one = await ask.ports.citizens.erasure(ask.path["erasure"])
    values: dict[str, Any] = {
        "one": request_of(ask, one),
        "running": one.stage is ErasureStage.RUNNING,
        "done": one.done,
        "work": max(1, one.work),
        "failed": told_id(one.error_id),
    }
    return show(
        ask,
        "citizen-erasure",
        error=error,
        number=number,
        number_most=NUMBER_MOST,
        **values,
    )
