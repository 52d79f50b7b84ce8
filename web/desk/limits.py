"""The limits at which alarms ring, as an admin sees and changes them. Refuses what is no whole number; of those that only the settings' file
changes the page says where and what a change takes.
"""

from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment, show
from hotline1022.web.limits_port import LimitNeeds, LimitView
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

LIST = "/desk/alarms/limits"


async def list_limits(ask: Ask) -> web.Response:
    """All."""
    query: DoneQuery = ask.query
    return await _list(ask, said=words()("limits.saved") if query.done else "")


async def change_limit(ask: Ask) -> web.Response:
    """Another value, or the file's again."""
    form: Form = ask.body
    key, typed = ask.path["limit"], form.one("value").strip()[:20]
    try:
        if form.one("act") == "back":
            await ask.ports.limits.back(key, seen=form.number("version"), by=who(ask))
        elif not (typed.isascii() and typed.isdecimal() and len(typed) < 8):
            raise Invalid("a limit is a whole number", error_id="limit-range")
        else:
            await ask.ports.limits.change(key, int(typed), seen=form.number("version"), by=who(ask))
    except HotlineError as error:
        return await _list(ask, error, typed={key: typed} if typed else {})
    return see(f"{LIST}?done=saved")


async def _list(
    ask: Ask, error: HotlineError | None = None, *, said: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    found = [_row(one) for one in await ask.ports.limits.list()]
    return show(
        ask,
        "limits",
        error=error,
        said=said,
        here=[one for one in found if one["here"]],
        elsewhere=[one for one in found if not one["here"]],
        typed=typed or {},
    )


def _row(one: LimitView) -> dict[str, Any]:
    say = words()
    id = one.key.replace(".", "-").replace("_", "-")
    return {
        "key": one.key,
        "id": id,
        "name": say(f"limits.{id}"),
        "unit": say(f"limits.{id}-unit"),
        "value": one.value,
        "said": count(one.value),
        "low": one.low,
        "high": one.high,
        "source": say(f"limits.from-{one.source}", place=one.place),
        "own": one.source == "desk",
        "of_file": count(one.of_file),
        "needs": say(f"limits.needs-{one.needs}"),
        "here": one.needs is LimitNeeds.NOTHING,
        "kinds": [say.or_itself("alarm", kind) for kind in one.kinds],
        "by": seen.who(one.by) if one.by else "",
        "at": moment(one.at) if one.at else "",
        "version": one.version,
    }
