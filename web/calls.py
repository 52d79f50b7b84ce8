"""Answers about calls. Refuses cursors it did not make."""

import base64
import binascii
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import phonenumbers

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid, NotFound
from hotline1022.core.outcomes import Direction
from hotline1022.figures.types import CallNarrow
from hotline1022.web.route import Ask
from hotline1022.web.rules import YEARS
from hotline1022.web.ticket_rights import words_open
from hotline1022.web.types import CallDetail, CallFilter, CallView, Cursor
from hotline1022.web.wire import CallFilters, CallListed, CallPage, CallQuery

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,16})~([a-z0-9.-]{1,64})")


async def list_calls(ask: Ask) -> CallPage:
    """One page of the log."""
    query: CallQuery = ask.query
    before = read_cursor(query.cursor) if query.cursor else None
    wanted = replace(listed(ask, query), before=before, limit=query.limit + 1)
    found = await ask.ports.calls.list(wanted)
    calls = tuple(found[: query.limit])
    return CallPage(calls=calls, next=write_cursor(calls[-1]) if len(found) > query.limit else None)


def listed(ask: Ask, query: CallListed) -> CallFilter:
    """What is asked for. Invalid for what contradicts itself; Forbidden for a number of readers."""
    if query.caller is not None:
        ask.asker.demand(Permission.NUMBERS)
    found = narrowed(ask, query)
    return replace(
        found,
        callers=_forms(query.caller) if query.caller else (),
        direction=query.direction or Direction.IN,
        narrow=replace(found.narrow, part=query.part, waited_ms=query.waited),
    )


def narrowed(ask: Ask, query: CallFilters) -> CallFilter:
    """What is asked for, of lists and figures. Invalid for what contradicts itself."""
    if query.since and query.until and query.since >= query.until:
        raise Invalid("since is not before until; exchange them")
    if (query.from_time is None) is not (query.to_time is None):
        raise Invalid("from_time and to_time go together; give both, or none")
    return CallFilter(
        since=query.since,
        until=query.until,
        result=query.result,
        line=query.line,
        person=query.person,
        narrow=CallNarrow(
            category=query.category or "",
            agency=query.agency or "",
            service=query.service or "",
            words=query.words or "",
            open_words=query.words is not None and words_open(ask.asker),
            ticket_state=query.ticket_state,
            state=query.state,
            reason=query.reason,
            from_time=query.from_time,
            to_time=query.to_time,
            within_ms=query.within * 1000,
            short_ms=query.short * 1000,
        ),
    )


async def get_call(ask: Ask) -> CallDetail:
    """One call with its legs, history and tracks."""
    detail = await ask.ports.calls.get(ask.path["call"])
    if detail is None:
        raise _no_call(ask)
    return replace(detail, events=tuple(sorted(detail.events, key=lambda event: event.at)))


def write_cursor(call: CallView) -> str:
    """An opaque name of this call's place in the list."""
    return cursor_text(call.entered_at, call.id)


def cursor_text(at: datetime, id: str) -> str:
    """An opaque name of a place in a list that is ordered by time and id."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}~{id}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """The place that the cursor names; Invalid when this API did not make it."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        match = _CURSOR.fullmatch(plain)
        if match is None:
            raise ValueError(plain)
        entered = _EPOCH + timedelta(microseconds=int(match[1]))
        if entered.year not in YEARS:
            raise ValueError(plain)
        return Cursor(entered_at=entered, call=match[2])
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("cursor is not one of ours; take it from next of the page before") from None


def _forms(caller: str) -> tuple[str, ...]:
    """The number as given, in E.164 and as dialled inside the country."""
    forms = [caller]
    try:
        parsed = phonenumbers.parse(caller, "VN")
    except phonenumbers.NumberParseException:
        return (caller,)
    if len(caller) > 5:
        forms.append(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
        if parsed.country_code == 84:
            forms += [f"0{parsed.national_number}", f"84{parsed.national_number}"]
    return tuple(dict.fromkeys(forms))


def _no_call(ask: Ask) -> NotFound:
    return NotFound(f"there is no call {ask.path['call']}; look in /api/calls", error_id="call-unknown")
