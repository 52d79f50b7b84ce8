"""One's own account: sessions, second factor and its recovery codes. Refuses to change a secret without the password."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import segno
from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.web import cookies
from hotline1022.web.desk.door import see, signed_out
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import moment, show
from hotline1022.web.desk.shown_once import keep, kept
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

HERE = "/desk/account"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneQuery:
    """What was just done."""

    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    count: Annotated[str, Rule(doc="how many")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """What was just done, or made."""

    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    count: Annotated[str, Rule(doc="how many")] = ""
    once: Annotated[str, Rule(doc="which recovery codes were made just before", high=40)] = ""


async def show_account(ask: Ask) -> web.Response:
    """The page."""
    query: AccountQuery = ask.query
    say = words()
    said = {
        "password": say("password.done"),
        "second": say("account.second-done"),
        "dropped": say("account.second-dropped"),
        "ended": say("account.ended", count=query.count if query.count.isdecimal() else "0"),
    }
    made = kept(ask, HERE, query.once) if query.once else None
    codes = made.secret.split() if made else []
    problem = say("account.codes-over") if query.once and made is None else ""
    return await _page(ask, said=said.get(query.done, ""), problem=problem, codes=codes)


async def end_sessions(ask: Ask) -> web.Response:
    """One other session, all others, or all: then this browser is out too."""
    assert ask.signed is not None
    form: Form = ask.body
    session, door = form.one("session"), ask.ports.door
    here = cookies.whence(ask.request)
    if form.one("everywhere"):
        await door.sign_out_everywhere(ask.signed, here, here=True)
        return signed_out(ask)
    if session:
        ended = await door.sign_out(ask.signed, here, id=session)
    else:
        ended = await door.sign_out_everywhere(ask.signed, here)
    return see(f"{HERE}?done=ended&count={ended}")


async def begin_second(ask: Ask) -> web.Response:
    """A new second factor: its picture, shown once."""
    assert ask.signed is not None
    form: Form = ask.body
    try:
        made = await ask.ports.door.begin_second(ask.signed, form.secret("password")[:400], cookies.whence(ask.request))
    except HotlineError as error:
        return await _page(ask, error)
    drawn = io.BytesIO()
    segno.make(made.address, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, border=2, scale=6)
    return await _page(ask, secret={"picture": base64.b64encode(drawn.getvalue()).decode(), "typed": made.typed})


async def confirm_second(ask: Ask) -> web.Response:
    """A code of it."""
    assert ask.signed is not None
    form: Form = ask.body
    try:
        codes = await ask.ports.door.confirm_second(ask.signed, form.one("code"), cookies.whence(ask.request))
    except HotlineError as error:
        return await _page(ask, error)
    return see(f"{keep(ask, HERE, ' '.join(codes))}&done=second")


async def new_codes(ask: Ask) -> web.Response:
    """Other recovery codes."""
    assert ask.signed is not None
    form: Form = ask.body
    try:
        codes = await ask.ports.door.new_codes(ask.signed, form.secret("password")[:400], cookies.whence(ask.request))
    except HotlineError as error:
        return await _page(ask, error)
    return see(keep(ask, HERE, " ".join(codes)))


async def drop_second(ask: Ask) -> web.Response:
    """Take it away."""
    assert ask.signed is not None
    form: Form = ask.body
    try:
        await ask.ports.door.drop_second(ask.signed, form.secret("password")[:400], cookies.whence(ask.request))
    except HotlineError as error:
        return await _page(ask, error)
    return see(f"{HERE}?done=dropped")


async def _page(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    said: str = "",
    problem: str = "",
    secret: dict[str, str] | None = None,
    codes: Sequence[str] = (),
) -> web.Response:
    assert ask.signed is not None
    user, here = ask.signed.user, ask.signed.session.id
    names = {one.id: one.name for one in await ask.ports.users.roles()}
    sessions = [
        {
            "id": one.id,
            "browser": browser_name(one.browser),
            "origin": one.origin,
            "since": moment(one.made_at),
            "seen": moment(one.seen_at),
            "here": one.id == here,
        }
        for one in await ask.ports.door.sessions(user.id)
    ]
    return show(
        ask,
        "account",
        error=error,
        said=said,
        problem=problem,
        codes=codes,
        left=await ask.ports.door.codes_left(user.id),
        roles=sorted(names.get(one, one) for one in user.roles),
        sessions=sessions,
        secret=secret,
    )


def browser_name(words_of_it: str) -> str:
    """What people call a browser: `Firefox, Windows`; its own words where nothing of that is in them."""
    browsers = (
        ("Edg", "Edge"),
        ("coc_coc", "Cốc Cốc"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for sign, name in names if sign in words_of_it), "") for names in (browsers, systems)]
    return ", ".join(one for one in found if one) or words_of_it[:60] or words()("page.unknown")
