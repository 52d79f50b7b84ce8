"""HTTP gateways as data: how a request is written and what an answer means. Pure; refuses an address without TLS.

Where an answer does not say plainly that the message was not taken, nobody knows: it is never taken for a refusal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from hotline1022.notify import sms
from hotline1022.notify.answers import (
    Accepted,
    Arrived,
    Asked,
    NoAnswer,
    NotTaken,
    RefusedForGood,
    Sent,
    StillOpen,
    Undeliverable,
)
from hotline1022.notify.types import Encoding, Message

#: how a profile may want a number written, from E.164
NUMBERS = {"84": "84901234567", "0": "0901234567", "+84": "+84901234567"}
#: a header beyond this is a moment since 1970, not a number of seconds
_MOMENT = 10**9
_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are at the gateway."""

    account: str = ""
    secret: str = field(default="", repr=False)
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How one kind of request is written; {placeholders} stand for values."""

    url: str
    method: str = "POST"
    #: user and password
    basic: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where an answer says what: paths such as data.0.id, and the words that mean something."""

    result: str
    good: tuple[str, ...]
    #: results that mean: had it before, by our key
    known: tuple[str, ...] = ()
    id: str = ""
    error: str = ""
    message: str = ""
    #: errors of the account or the gateway, not of this message
    account: tuple[str, ...] = ()
    #: errors that may pass
    again: tuple[str, ...] = ()
    #: path that is there when the number is none
    bad_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReading:
    """How to ask what became of a message, by the id that the gateway gave."""

    call: Call
    result: str
    good: tuple[str, ...]
    #: path of a state …
    value: str = ""
    #: … and what it is when it arrived, or will never
    delivered: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    #: a number from which on it will never; 0 = none
    failed_from: int = 0
    #: paths of counts, above 0 when it arrived or will never
    delivered_count: str = ""
    failed_count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One gateway."""

    name: str
    numbers: str
    client_key: bool
    send: Call
    answer: Reading
    throttle_status: int = 429
    throttle_header: str = "Retry-After"
    status: StatusReading | None = None
    encodings: tuple[Encoding, ...] = (Encoding.GSM7, Encoding.UCS2)
    #: requests a minute that the gateway allows; 0 = not said
    per_minute: int = 0
    #: characters of a text at most; 0 = not said
    characters: int = 0
    #: characters that it does not take
    forbidden: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, ready to leave. Holds secrets: never log it."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    basic: tuple[str, str] | None = field(repr=False)
    json: Any = field(repr=False)
    form: Mapping[str, str] | None = field(repr=False)


def unfit(profile: Profile, message: Message) -> RefusedForGood | None:
    """Why the gateway would never take the text, known before anything leaves."""
    if message.encoding not in profile.encodings:
        wanted = ", ".join(one.value for one in profile.encodings)
        reason = f"{profile.name} takes {wanted} alone; change the encoding of template {message.template}"
        return RefusedForGood(error_id="text-encoding", reason=reason)
    if profile.characters and len(message.text) > profile.characters:
        reason = f"{profile.name} takes {profile.characters} characters; lower parts of template {message.template}"
        return RefusedForGood(error_id="text-long", reason=reason)
    if bad := sorted(set(profile.forbidden) & set(message.text)):
        reason = f"{profile.name} does not take {' '.join(bad)}; take it out of template {message.template}"
        return RefusedForGood(error_id="text-forbidden", reason=reason)
    return None


def send_request(profile: Profile, message: Message, account: Account) -> Request:
    """The request that sends a message."""
    values = {
        **_of_account(account),
        "number": number_of(profile, message.recipient),
        "text": message.text,
        "key": message.client_key,
        "unicode": "1" if message.encoding is Encoding.UCS2 else "0",
        "parts": str(len(sms.split(message.text, message.encoding))),
        "id": "",
    }
    return _request(profile.send, values)


def status_request(status: StatusReading, gateway_id: str, account: Account) -> Request:
    """The request that asks what became of a message."""
    return _request(status.call, {**_of_account(account), "id": gateway_id})


def _of_account(account: Account) -> dict[str, str]:
    return {"account": account.account, "secret": account.secret, "sender": account.sender}


def number_of(profile: Profile, e164: str) -> str:
    """The number as the gateway wants it."""
    digits = e164.removeprefix("+")
    match profile.numbers:
        case "0":
            return f"0{digits.removeprefix('84')}" if digits.startswith("84") else f"00{digits}"
        case "+84":
            return f"+{digits}"
        case _:
            return digits


def _request(call: Call, values: Mapping[str, str]) -> Request:
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    basic = tuple(one.format(**values) for one in call.basic)
    return Request(
        method=call.method,
        url=call.url.format(**quoted),
        headers={name: value.format(**values) for name, value in call.headers.items()},
        basic=(basic[0], basic[1]) if basic else None,
        json=None if call.json is None else _filled(call.json, values),
        form=None if call.form is None else {name: value.format(**values) for name, value in call.form.items()},
    )


def _filled(tree: Any, values: Mapping[str, str]) -> Any:
    match tree:
        case str():
            return tree.format(**values)
        case Mapping():
            return {name: _filled(item, values) for name, item in tree.items()}
        case list() | tuple():
            return [_filled(item, values) for item in tree]
    return tree


def pick(tree: Any, path: str) -> str | None:
    """The value at a path such as data.0.id, as text; None where there is none."""
    for step in path.split(".") if path else ():
        if isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        elif isinstance(tree, Mapping) and step in tree:
            tree = tree[step]
        else:
            return None
    if tree is None or not path or isinstance(tree, Mapping | list):
        return None
    return str(tree).lower() if isinstance(tree, bool) else str(tree)


def understood(profile: Profile, status: int, headers: Mapping[str, str], body: str, at: datetime) -> Sent:
    """What the answer to `send_request` means."""
    if status == profile.throttle_status:
        wait = _seconds(headers.get(profile.throttle_header, ""), at)
        return NotTaken(error_id="gateway-throttled", reason=f"{profile.name} wants us slower", seconds=wait)
    if status in (401, 403):
        return NotTaken(error_id="gateway-login", reason=f"{profile.name} answers {status}", away=True)
    if status == 503:
        return NotTaken(error_id="gateway-away", reason=f"{profile.name} answers 503", away=True)
    tree = _tree(body)
    if tree is None:
        if 400 <= status < 500:
            return RefusedForGood(error_id=f"gateway-{status}", reason=f"{profile.name} answers {status}")
        return NoAnswer(reason=f"{profile.name} answers {status} and nothing that can be read")
    return _result(profile, tree, status)


def _result(profile: Profile, tree: Any, status: int) -> Sent:
    reading = profile.answer
    result = pick(tree, reading.result)
    given = pick(tree, reading.id)
    ids = (given,) if given else ()
    if result in reading.known:
        return Accepted(ids=ids)
    if result in reading.good:
        if (bad := pick(tree, reading.bad_number)) is not None:
            return RefusedForGood(error_id="number-refused", reason=f"{profile.name} says that {bad} is no number")
        return Accepted(ids=ids)
    error = pick(tree, reading.error)
    if result is None or error is None:
        reason = f"{profile.name} answers {status} without a result that is known"
        return (
            RefusedForGood(error_id=f"gateway-{status}", reason=reason)
            if 400 <= status < 500
            else NoAnswer(reason=reason)
        )
    reason = f"{profile.name} {error}: {pick(tree, reading.message) or ''}"[:_REASON]
    if error in reading.account:
        return NotTaken(error_id=f"gateway-{_slug(error)}", reason=reason, away=True)
    if error in reading.again:
        return NotTaken(error_id=f"gateway-{_slug(error)}", reason=reason)
    return RefusedForGood(error_id=f"gateway-{_slug(error)}", reason=reason)


def found(profile: Profile, status: StatusReading, code: int, body: str) -> Asked:
    """What the answer to `status_request` means; whatever is not plain leaves the message open."""
    tree = _tree(body)
    if code != 200 or tree is None or pick(tree, status.result) not in status.good:
        return StillOpen()
    value = pick(tree, status.value)
    if value in status.delivered or _above_zero(pick(tree, status.delivered_count)):
        return Arrived()
    number = int(value) if value is not None and value.isdigit() else -1
    failed = value in status.failed or (status.failed_from > 0 and number >= status.failed_from)
    if failed or _above_zero(pick(tree, status.failed_count)):
        return Undeliverable(reason=f"{profile.name} could not deliver it ({value or 'failed'})")
    return StillOpen()


def _above_zero(text: str | None) -> bool:
    return text is not None and text.isdigit() and int(text) > 0


def _tree(body: str) -> Any:
    try:
        tree = json.loads(body)
    except ValueError:
        return None
    return tree if isinstance(tree, dict | list) else None


def _seconds(text: str, at: datetime) -> float | None:
    if not text.strip().isdigit():
        return None
    given = int(text)
    return max(1.0, given - at.timestamp()) if given > _MOMENT else float(given)


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower()).strip("-")[:40] or "error"
