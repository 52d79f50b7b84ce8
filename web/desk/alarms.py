"""Alarms for whoever watches the hotline: those that ring and those that are over, what each means and what to do. Refuses numbers to
whoever may not see them; only who may run a shift marks one as seen.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import HotlineError, NotFound
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import RINGING as RINGING_PATH
from hotline1022.web.desk.render import show
from hotline1022.web.desk.service_words import alarm_words
from hotline1022.web.desk.watchers import told_rows
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.types import AlarmFilter, AlarmView

LIST, NOW = "/desk/alarms", "/desk/alarms/now"
#: alarms are counted so far
MOST = 99
#: alarms on a page, and pages that one may turn
SIZE, PAGES = 50, 200
RINGING, OVER, ALL = "ringing", "over", "all"
_WHICH = {RINGING: True, OVER: False, ALL: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsQuery:
    """What is chosen, as a form sends it: empty ones too."""

    which: Annotated[str, Rule(doc="ringing, over or all")] = ""
    kind: Annotated[str, Rule(doc="one kind alone")] = ""
    page: Annotated[str, Rule(doc="which page, from 1")] = ""
    done: Annotated[str, Rule(doc="what was just done")] = ""


async def list_alarms(ask: Ask) -> web.Response:
    """Those that are wanted."""
    query: AlarmsQuery = ask.query
    typed = _typed(query.which, query.kind, query.page)
    return await _page(ask, typed, said=words()("alarms.seen-done") if query.done == "seen" else "")


async def count_alarms(ask: Ask) -> web.Response:
    """How many ring, for the head of each page of who may look."""
    found = await ask.ports.alarms.list(AlarmFilter(ringing=True, limit=MOST + 1))
    said = f"{MOST}+" if len(found) > MOST else str(len(found)) if found else ""
    return show(ask, "alarms-ringing", count=said, ringing=RINGING_PATH)


async def see_alarm(ask: Ask) -> web.Response:
    """Somebody has seen it: it sounds no more."""
    form: Form = ask.body
    typed = _typed(form.one("which"), form.one("kind"), form.one("page"))
    by = ask.signed.user.name if ask.signed else ""
    try:
        if await ask.ports.alarms.mark_seen(ask.path["alarm"], by, ask.ports.clock()) is None:
            raise NotFound("there is no such alarm; look at the list", error_id="alarm-unknown")
    except HotlineError as error:
        return await _page(ask, typed, error)
    return see(_address(typed, done="seen"))


def _typed(which: str, kind: str, page: str) -> dict[str, str]:
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 1
    return {
        "which": which if which in _WHICH else RINGING,
        "kind": kind.strip()[:40],
        "page": str(min(max(1, number), PAGES)),
    }


def _address(typed: dict[str, str], **more: str) -> str:
    return f"{LIST}?{urlencode({name: value for name, value in (typed | more).items() if value})}"


async def _page(ask: Ask, typed: dict[str, str], error: HotlineError | None = None, *, said: str = "") -> web.Response:
    number, say = int(typed["page"]), words()
    wanted = AlarmFilter(ringing=_WHICH[typed["which"]], kind=typed["kind"], skip=(number - 1) * SIZE, limit=SIZE + 1)
    found = await ask.ports.alarms.list(wanted)
    now = ask.ports.clock()
    told = await ask.ports.watch.told([one.id for one in found[:SIZE]])
    kinds = {one: say.or_itself("alarm", one) for one in {*await ask.ports.alarms.kinds(), typed["kind"]} - {""}}
    return show(
        ask,
        "alarms",
        error=error,
        said=said,
        rows=[_row(ask, one) | {"told": told_rows(told.get(one.id, ()), now)} for one in found[:SIZE]],
        typed=typed,
        kinds=sorted(kinds.items(), key=lambda one: one[1].casefold()),
        which=list(_WHICH),
        marks=ask.signed is not None and ask.signed.may(Permission.SHIFT),
        decides=ask.signed is not None and ask.signed.may(Permission.SETTINGS),
        now=f"{NOW}{_address(typed).removeprefix(LIST)}",
        earlier=_address(typed, page=str(number - 1)) if number > 1 else "",
        later=_address(typed, page=str(number + 1)) if len(found) > SIZE and number < PAGES else "",
    )


def _row(ask: Ask, one: AlarmView) -> dict[str, Any]:
    say = words()
    return {
        "id": one.id,
        "name": say.or_itself("alarm", one.kind),
        "kind": one.kind,
        "cure": say.texts.get(f"alarm-cure.{one.kind}", ""),
        "said": seen.free(ask, said) if (said := alarm_words(one.detail)) != one.detail else "",
        "detail": seen.free(ask, one.detail),
        "call": one.call or "",
        "since": seen.instant(one.raised_at),
        "again": seen.instant(one.last_repeated_at) if one.last_repeated_at else "",
        "seen_at": seen.instant(one.seen_at) if one.seen_at else "",
        "seen_by": one.seen_by or "",
        "over_at": seen.instant(one.cleared_at) if one.cleared_at else "",
        "ringing": one.seen_at is None and one.cleared_at is None,
    }
