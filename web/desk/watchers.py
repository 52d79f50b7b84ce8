"""Who is told of alarms by SMS and email, as an admin decides it: listed, added, changed, tried, taken out. Refuses to write over what
somebody else changed meanwhile, unseen.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.core.masking import mask_recipient
from hotline1022.core.watching import Severity, TellingState, severity_of
from hotline1022.notify.types import MessageState
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.gateways import TONES
from hotline1022.web.desk.render import moment, show
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.watching_port import Told, Wanted, WatcherSeen, WayTold

LIST = "/desk/alarms/people"
_DONE = frozenset({"saved", "ended", "tried"})
#: a message that might go for so long, and does not, has not reached anybody
LATE = timedelta(minutes=2)
_EMPTY = Wanted(name="", least=Severity.URGENT)


async def list_watchers(ask: Ask) -> web.Response:
    """All, and the form for a new one."""
    return await _list(ask, _EMPTY, said=_said(ask))


async def add_watcher(ask: Ask) -> web.Response:
    """A new one."""
    typed = _typed(ask.body)
    try:
        await ask.ports.watch.add(typed, by=who(ask))
    except HotlineError as error:
        return await _list(ask, typed, error)
    return see(f"{LIST}?done=saved")


async def show_watcher(ask: Ask) -> web.Response:
    """One."""
    return await _one(ask, await ask.ports.watch.get(ask.path["watcher"]), said=_said(ask))


async def change_watcher(ask: Ask) -> web.Response:
    """What the form says; where somebody else was faster, what was typed stays, and the next try goes over theirs."""
    form: Form = ask.body
    typed, watcher = _typed(form), ask.path["watcher"]
    try:
        await ask.ports.watch.change(watcher, typed, seen=form.number("version"), by=who(ask))
    except HotlineError as error:
        return await _one(ask, await ask.ports.watch.get(watcher), typed, error)
    return see(f"{LIST}?done=saved")


async def try_watcher(ask: Ask) -> web.Response:
    """A trial alarm, now."""
    try:
        await ask.ports.watch.trial(ask.path["watcher"])
    except HotlineError as error:
        return await _list(ask, _EMPTY, error)
    return see(f"{LIST}?done=tried")


async def end_watcher(ask: Ask) -> web.Response:
    """Told no more."""
    await ask.ports.watch.end(ask.path["watcher"], by=who(ask))
    return see(f"{LIST}?done=ended")


def told_rows(told: Sequence[Told], now: datetime) -> list[dict[str, Any]]:
    """Who was told of an alarm, and who could not be, for its row; a message that its gateway does not take has not arrived."""
    say, rows = words(), list[dict[str, Any]]()
    for one in told:
        ways = [_way(way, now) for way in one.ways]
        bad = one.state is TellingState.UNREACHED or (bool(ways) and all(way["bad"] for way in ways))
        state = one.state if one.state is not TellingState.OVER or not ways else TellingState.TOLD
        rows.append({"name": one.name, "said": say(f"watchers.state-{state}"), "ways": ways, "bad": bad})
    return rows


def _said(ask: Ask) -> str:
    query: DoneQuery = ask.query
    return words()(f"watchers.{query.done}") if query.done in _DONE else ""


async def _list(ask: Ask, typed: Wanted, error: HotlineError | None = None, *, said: str = "") -> web.Response:
    people = [_row(ask, one) for one in await ask.ports.watch.list()]
    trying = any(way["going"] for one in people for way in one["tries"])
    return show(
        ask, "watchers", error=error, said=said, people=people, trying=trying, typed=typed, **await _choices(ask)
    )


async def _one(
    ask: Ask, known: WatcherSeen, typed: Wanted | None = None, error: HotlineError | None = None, *, said: str = ""
) -> web.Response:
    one = known.watcher
    stored = Wanted(
        name=one.name,
        account=one.account,
        sms=said_number(one.sms) if one.sms else "",
        email=one.email,
        least=one.least,
        kinds=one.kinds,
        ends=one.ends,
    )
    changed = error is not None and error.error_id == "watcher-changed"
    return show(
        ask,
        "watcher",
        error=error,
        said=said,
        known=_row(ask, known),
        theirs=_row(ask, known) if changed else None,
        version_seen=one.version,
        typed=typed or stored,
        **await _choices(ask),
    )


async def _choices(ask: Ask) -> dict[str, Any]:
    users = sorted((one for one in await ask.ports.users.users() if one.active), key=lambda one: one.name.casefold())
    say = words()
    kinds = {key.partition(".")[2]: name for key, name in say.texts.items() if key.startswith("alarm.")}
    return {
        "users": [(one.id, f"{one.name} ({one.login})") for one in users],
        "severities": [
            (severity.value, [name for kind, name in kinds.items() if severity_of(kind) is severity])
            for severity in Severity
        ],
        "kinds": sorted(kinds.items(), key=lambda one: one[1].casefold()),
    }


def _row(ask: Ask, known: WatcherSeen) -> dict[str, Any]:
    one, say = known.watcher, words()
    what = [say(f"watchers.from-{one.least}")] if one.least else []
    what += [say.or_itself("alarm", kind) for kind in sorted(one.kinds)]
    whole = seen.sees_numbers(ask)
    return {
        "id": one.id,
        "name": one.name,
        "ways": [said_number(way if whole else mask_recipient(way)) for way in (one.sms, one.email) if way],
        "what": what,
        "ends": one.ends,
        "shut": known.shut,
        "account": bool(one.account),
        "by": seen.who(one.by),
        "at": moment(one.at),
        "tries": [_way(way, ask.ports.clock()) for way in known.tries],
    }


def _way(one: WayTold, now: datetime) -> dict[str, Any]:
    say = words()
    going = one.state in (MessageState.NEW, MessageState.LEASED, MessageState.SENDING)
    late = going and now - one.ready_at > LATE
    why = say.or_itself("gateway-error", one.error_id) if one.error_id else ""
    if late:
        why = why or say("watchers.late")
    elif one.state is MessageState.NEW and one.ready_at > now:
        why = say("watchers.quiet", time=moment(one.ready_at))
    return {
        "channel": say(f"message-channel.{one.channel}"),
        "state": say(f"message-state.{one.state}"),
        "tone": TONES[one.state],
        "at": seen.instant(one.at),
        "why": why,
        "bad": late or one.state in (MessageState.FAILED, MessageState.UNKNOWN),
        "going": going,
    }


def _typed(form: Form) -> Wanted:
    severities: Mapping[str, Severity] = {one.value: one for one in Severity}
    known = {key.partition(".")[2] for key in words().texts if key.startswith("alarm.")}
    return Wanted(
        name=form.one("name").strip()[:200],
        account=form.one("account").strip()[:40],
        sms=form.one("sms").strip()[:60],
        email=form.one("email").strip()[:300],
        least=severities.get(form.one("least")),
        kinds=form.all("kind") & known,
        ends=form.one("ends") == "1",
    )
