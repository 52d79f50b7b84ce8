"""Webhooks, as an admin sees and changes them. Refuses to write over what somebody else changed meanwhile, unseen; a secret is
shown once, on the page that answers, and is in no address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission, SignedIn
from hotline1022.core.errors import HotlineError
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge
from hotline1022.web.desk.render import moment, show
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.webhooks.types import Delivery, DeliveryState, EventKind, Given, Sent, Wanted, Webhook

LIST = "/desk/webhooks"
BADGES = {
    DeliveryState.WAITING: "bg-yellow-lt",
    DeliveryState.SENDING: "bg-blue-lt",
    DeliveryState.DELIVERED: "bg-green-lt",
    DeliveryState.GIVEN_UP: "bg-red-lt",
}
#: events that the page of one lists at first, and characters of an address in the list of all
LATEST, SHORT = 20, 70
_DONE = frozenset({"saved", "paused", "resumed", "removed"})
_EMPTY: Mapping[str, Any] = {"name": "", "url": "", "kinds": frozenset(), "numbers": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookQuery:
    """What the page of one shows."""

    done: Annotated[str, Rule(doc="what was done: a word of the page")] = ""
    all: Annotated[str, Rule(doc="1: all events that are listed, not the latest alone")] = ""


async def list_webhooks(ask: Ask) -> web.Response:
    """All, and the form for a new one."""
    query: DoneQuery = ask.query
    return await _list(ask, _EMPTY, said=words()(f"webhooks.{query.done}") if query.done in _DONE else "")


async def add(ask: Ask) -> web.Response:
    """A new one, and its secret."""
    typed, signed = _typed(ask.body), _signed(ask)
    try:
        sees = signed.may(Permission.NUMBERS)
        given = await ask.ports.webhooks.add(_wanted(typed), by=f"user:{signed.user.login}", sees_numbers=sees)
    except HotlineError as error:
        return await _list(ask, typed, error)
    return await _one(ask, given.webhook, given=given)


async def show_webhook(ask: Ask) -> web.Response:
    """One, with its last events."""
    query: WebhookQuery = ask.query
    said = words()(f"webhooks.{query.done}") if query.done in _DONE else ""
    return await _one(ask, await _known(ask), said=said, everything=query.all == "1")


async def change(ask: Ask) -> web.Response:
    """What the form says."""
    form: Form = ask.body
    typed, webhook = _typed(form), ask.path["webhook"]
    sees = _signed(ask).may(Permission.NUMBERS)
    try:
        await ask.ports.webhooks.change(webhook, form.number("version"), _wanted(typed), sees_numbers=sees)
    except HotlineError as error:
        known = await _known(ask)
        if known.version == form.number("version"):
            return await _one(ask, known, typed, error)
        filled = merge(form, _as_typed(known), typed, _fields())
        return await _one(ask, known, filled.values, error, filled=filled)
    return see(f"{LIST}/{webhook}?done=saved")


async def renew(ask: Ask) -> web.Response:
    """Another secret."""
    given = await ask.ports.webhooks.renew(ask.path["webhook"])
    return await _one(ask, given.webhook, given=given)


async def test(ask: Ask) -> web.Response:
    """One event, now, and what became of it."""
    tried = await ask.ports.webhooks.test(ask.path["webhook"])
    return await _one(ask, await _known(ask), tried=tried)


async def pause(ask: Ask) -> web.Response:
    """Told nothing."""
    await ask.ports.webhooks.pause(ask.path["webhook"])
    return see(f"{LIST}/{ask.path['webhook']}?done=paused")


async def resume(ask: Ask) -> web.Response:
    """Told again."""
    await ask.ports.webhooks.resume(ask.path["webhook"])
    return see(f"{LIST}/{ask.path['webhook']}?done=resumed")


async def remove(ask: Ask) -> web.Response:
    """Gone."""
    await ask.ports.webhooks.remove(ask.path["webhook"])
    return see(f"{LIST}?done=removed")


async def _list(
    ask: Ask, typed: Mapping[str, Any], error: HotlineError | None = None, *, said: str = ""
) -> web.Response:
    return show(
        ask,
        "webhooks",
        error=error,
        said=said,
        hooks=[_row(one) for one in await ask.ports.webhooks.list()],
        going=await ask.ports.webhooks.going(),
        typed=typed,
        **_choices(ask),
    )


async def _one(
    ask: Ask,
    known: Webhook,
    typed: Mapping[str, Any] | None = None,
    error: HotlineError | None = None,
    *,
    said: str = "",
    given: Given | None = None,
    tried: Sent | None = None,
    everything: bool = False,
    filled: Filled | None = None,
) -> web.Response:
    found = await ask.ports.webhooks.deliveries(known.id)
    return show(
        ask,
        "webhook",
        error=error,
        said=said,
        known=_row(known),
        version_seen=known.version,
        secret=given.secret if given else "",
        tried=_outcome(tried) if tried else "",
        taken=bool(tried and tried.taken),
        deliveries=[_delivery(one) for one in (found if everything else found[:LATEST])],
        more=0 if everything else max(0, len(found) - LATEST),
        typed=typed or _as_typed(known),
        filled=filled or fill(_as_typed(known)),
        badges=BADGES,
        **_choices(ask),
    )


async def _known(ask: Ask) -> Webhook:
    return await ask.ports.webhooks.get(ask.path["webhook"])


def _choices(ask: Ask) -> dict[str, Any]:
    return {"kinds": list(EventKind), "sees_numbers": _signed(ask).may(Permission.NUMBERS)}


def _signed(ask: Ask) -> SignedIn:
    """Who is signed in: the door lets nobody else in here."""
    if ask.signed is None:
        raise AssertionError("a page of the desk without a session")
    return ask.signed


def _row(one: Webhook) -> dict[str, Any]:
    say = words()
    return {
        "id": one.id,
        "name": one.name,
        "url": one.url if len(one.url) <= SHORT else f"{one.url[:SHORT]}…",
        "kinds": [say(_key("kind", kind)) for kind in EventKind if kind in one.kinds],
        "numbers": one.numbers,
        "paused": say(f"webhooks.paused-{one.paused_why}") if one.paused_why else "",
        "paused_at": moment(one.paused_at),
        "failures": one.failures,
        "error": _error(one.error_id),
        "retry": moment(one.retry_at) if one.retry_at else "",
        "succeeded": moment(one.succeeded_at),
        "made": moment(one.created_at),
        "by": seen.who(one.created_by),
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": words()(_key("kind", one.kind)),
        "thing": one.thing,
        "at": moment(one.at),
        "state": one.state,
        "tries": one.tries,
        "answer": " · ".join(filter(None, (str(one.status or ""), _error(one.error_id)))) or "–",
        "due": moment(one.due_at) if one.state is DeliveryState.WAITING else "",
    }


def _outcome(sent: Sent) -> str:
    say = words()
    if sent.taken:
        return say("webhooks.test-taken", status=sent.status)
    if not sent.status:
        return say("webhooks.test-no-answer", why=_error(sent.error_id))
    return say("webhooks.test-failed", why=_error(sent.error_id), status=sent.status)


def _error(error_id: str) -> str:
    return words().or_itself("webhook-error", error_id) if error_id else ""


def _key(what: str, kind: EventKind) -> str:
    return f"webhooks.{what}-{kind.replace('.', '-')}"


def _as_typed(known: Webhook) -> dict[str, Any]:
    return {name: getattr(known, name) for name in _EMPTY}


def _fields() -> dict[str, Field]:
    """What somebody else may have changed meanwhile."""
    say = words()
    return {
        "name": Field(label=say("webhooks.name")),
        "url": Field(label=say("webhooks.url")),
        "kinds": Field(label=say("webhooks.kinds"), names={str(one): say(_key("kind", one)) for one in EventKind}),
        "numbers": Field(label=say("webhooks.numbers")),
    }


def _typed(form: Form) -> dict[str, Any]:
    return {
        "name": form.one("name").strip()[:200],
        "url": form.one("url").strip()[:600],
        "kinds": frozenset(one for one in EventKind if one in form.all("kind")),
        "numbers": form.one("numbers") == "1",
    }


def _wanted(typed: Mapping[str, Any]) -> Wanted:
    return Wanted(**typed)
