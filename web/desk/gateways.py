"""The gateways of SMS and email, as an admin sees and tries them; a try is watched until it is over. Refuses to show an account or a
secret, and a number to whoever may not see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.core.masking import mask_recipient
from hotline1022.notify.types import Channel, MessageState
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.templates import title_of
from hotline1022.web.gateways_wire import GatewayEvent, GatewayTest, GatewayView
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule

PAGE = "/desk/messages/gateways"
#: row of the page → keys of the settings' file that decide it; their values are on the page, those of accounts and secrets nowhere
KEYS: Mapping[Channel, Mapping[str, tuple[str, ...]]] = {
    Channel.SMS: {
        "gateway": ("notify.sms_gateway", "notify.sms_profile"),
        "from": ("notify.sms_sender",),
        "server": ("notify.sms_host", "notify.sms_port", "notify.sms_tls", "notify.sms_ca"),
        "account": ("notify.sms_account",),
        "secret": ("notify.sms_secret", "notify.sms_secret_file"),
        "caps": ("notify.sms_per_minute", "notify.sms_per_number"),
        "price": ("notify.sms_price", "notify.sms_budget"),
    },
    Channel.EMAIL: {
        "gateway": ("notify.mail_host",),
        "from": ("notify.mail_from",),
        "server": ("notify.mail_host", "notify.mail_port", "notify.mail_tls", "notify.mail_ca"),
        "account": ("notify.mail_username",),
        "secret": ("notify.mail_secret", "notify.mail_secret_file"),
        "caps": ("notify.mail_per_minute",),
        "price": (),
    },
}
TONES = {
    MessageState.NEW: "yellow",
    MessageState.LEASED: "yellow",
    MessageState.SENDING: "yellow",
    MessageState.SENT: "green",
    MessageState.DELIVERED: "green",
    MessageState.FAILED: "red",
    MessageState.UNKNOWN: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaysQuery:
    """Which try is watched."""

    test: Annotated[str, Rule(doc="id of a message that tries a gateway", pattern="[0-9a-f]{0,40}")] = ""


async def list_gateways(ask: Ask) -> web.Response:
    """How each stands, and the try that is watched."""
    query: GatewaysQuery = ask.query
    try:
        tried = await ask.ports.gateways.tested(query.test) if query.test else None
    except HotlineError as error:
        return await _page(ask, error=error)
    return await _page(ask, tried)


async def test_gateway(ask: Ask) -> web.Response:
    """One message, now."""
    form: Form = ask.body
    to, channel = form.one("to").strip()[:254], Channel(ask.path["channel"])
    try:
        made = await ask.ports.gateways.test(channel, to)
    except HotlineError as error:
        return await _page(ask, error=error, typed={channel.value: to})
    return see(f"{PAGE}?test={made.id}")


async def _page(
    ask: Ask,
    tried: GatewayTest | None = None,
    *,
    error: HotlineError | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    return show(
        ask,
        "gateways",
        error=error,
        gateways=[_gateway(ask, one) for one in await ask.ports.gateways.list()],
        tried=_tried(ask, tried) if tried else None,
        typed=typed or {},
    )


def _gateway(ask: Ask, one: GatewayView) -> dict[str, Any]:
    say = words()
    return {
        "channel": one.channel.value,
        "decided_by": KEYS[one.channel],
        "name": say(f"message-channel.{one.channel}"),
        "gateway": say.or_itself("gateway", one.gateway),
        "state": one.state.value,
        "tone": {"ready": "green", "slowed": "yellow", "away": "red", "folder": "blue"}[one.state.value],
        "since": seen.instant(one.since) if one.since else "",
        "until": seen.instant(one.until) if one.until else "",
        "error": say.or_itself("gateway-error", one.error_id) if one.error_id else "",
        "server": one.server,
        "encrypted": one.encrypted,
        "from_name": one.from_name,
        "has_account": one.has_account,
        "has_secret": one.has_secret,
        "per_minute": one.per_minute,
        "per_number": one.per_number,
        "price": one.price,
        "waiting": one.waiting,
        "waiting_since": seen.instant(one.waiting_since) if one.waiting_since else "",
        "sending": one.sending,
        "failed": one.failed,
        "unknown": one.unknown,
        "taken": [_event(ask, each) for each in one.taken],
        "bad": [_event(ask, each) for each in one.bad],
    }


def _event(ask: Ask, one: GatewayEvent) -> dict[str, Any]:
    say = words()
    return {
        "at": seen.instant(one.at),
        "what": title_of(one.template) if one.template.count(".") == 2 else say("gateways.a-test"),
        "state": one.state.value,
        "tone": TONES[one.state],
        "why": _why(ask, one.error_id, one.error),
    }


def _tried(ask: Ask, one: GatewayTest) -> dict[str, Any]:
    return {
        "id": one.id,
        "to": said_number(one.recipient if seen.sees_numbers(ask) else mask_recipient(one.recipient)),
        "state": one.state.value,
        "tone": TONES[one.state],
        "over": one.over,
        "gateway": words().or_itself("gateway", one.gateway),
        "tries": one.tries,
        "at": seen.instant(one.created_at),
        "sent": seen.instant(one.sent_at) if one.sent_at else "",
        "why": _why(ask, one.error_id, one.error),
    }


def _why(ask: Ask, error_id: str, error: str) -> str:
    if not error_id:
        return ""
    own = words().or_itself("gateway-error", error_id)
    return f"{own} ({seen.free(ask, error)})" if error else own
