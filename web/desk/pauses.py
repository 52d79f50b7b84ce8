"""Reasons for a pause at the desk: listed, added, named anew, ended, brought back. Refuses nothing itself."""

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.deadlines import HERE
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show
from hotline1022.web.page_words import words
from hotline1022.web.pauses_wire import PausePast, PauseWas
from hotline1022.web.route import Ask

LIST = f"{HERE}/pauses"


async def list_reasons(ask: Ask) -> web.Response:
    """All, those that have ended too."""
    query: DoneQuery = ask.query
    return await _list(ask, said=words()("pauses.saved") if query.done else "")


async def add_reason(ask: Ask) -> web.Response:
    """Another one."""
    form: Form = ask.body
    code, name = form.one("code").strip()[:2], form.one("name").strip()[:80]
    try:
        await ask.ports.pauses.add(code, name, who(ask))
    except HotlineError as error:
        return await _list(ask, error=error, typed=(code, name))
    return see(f"{LIST}?done=saved")


async def change_reason(ask: Ask) -> web.Response:
    """Another word for it, its end, or its return."""
    form: Form = ask.body
    code, seen, act, port = ask.path["reason"], form.number("version"), form.one("act"), ask.ports.pauses
    try:
        if act == "end":
            await port.end(code, seen, who(ask))
        elif act == "resume":
            await port.bring_back(code, seen, who(ask))
        else:
            await port.rename(code, form.one("name").strip()[:80], seen, who(ask))
    except HotlineError as error:
        return await _list(ask, error=error)
    return see(f"{LIST}?done=saved")


def _past(one: PausePast) -> dict[str, str]:
    say = words()

    def named(was: PauseWas) -> str:
        return say("pauses.was-ended", name=was.name) if was.ended else was.name

    before = named(one.before) if one.before else say("directory.was-new")
    return {"at": moment(one.at), "by": name_of(one.by), "said": f"{before} → {named(one.after)}"}


async def _list(
    ask: Ask, *, said: str = "", error: HotlineError | None = None, typed: tuple[str, str] = ("", "")
) -> web.Response:
    reasons = await ask.ports.pauses.list()
    taken = {one.code for one in reasons}
    return show(
        ask,
        "pauses",
        again=error is not None,
        said=said,
        error=error,
        tab="pauses",
        reasons=[
            {
                "code": one.code,
                "name": one.name,
                "version": one.version,
                "ended": moment(one.ended_at) if one.ended_at else "",
                "by": name_of(one.by),
                "at": moment(one.at) if one.at else "",
                "history": [_past(each) for each in await ask.ports.pauses.changes(one.code)],
            }
            for one in reasons
        ],
        free=[digit for digit in "1234567890" if digit not in taken],
        typed=typed,
    )
