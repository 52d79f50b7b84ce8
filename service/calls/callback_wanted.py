"""Who stands in a list to be called back, and whether somebody has talked with her since. Refuses who stands in none (`callback-unknown`)
and who was dealt with meanwhile, saying by whom and when (`callback-talked`, `callback-heard`, `callback-told`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.callbacks import CallbackWhat, Dealt, Talk
from hotline1022.core.clock import written
from hotline1022.core.errors import NotFound
from hotline1022.core.outcomes import Reason
from hotline1022.db.unit import Work
from hotline1022.service.calls.log_store import e164
from hotline1022.service.cascades.plan import dialled

_DONE = {"talked": "talked with this citizen", "heard": "heard this message", "told": "told this citizen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A citizen of a list."""

    #: E.164, or as sent
    number: str
    #: since when she stands there
    since: datetime


async def wanted(tx: Work, what: CallbackWhat, target: str) -> Wanted:
    """Whoever stands in the list with this; Dealt, NotFound `callback-unknown`."""
    match what:
        case CallbackWhat.ABANDONED:
            found = await tx.calls.load([target])
            if found and found[0].call.reason is Reason.IN_QUEUE:
                call = found[0].call
                return Wanted(number=call.caller_e164 or call.caller_raw, since=call.entered_at)
        case CallbackWhat.VOICEMAIL:
            message = await tx.recordings.voicemail(target)
            if message is not None and message.heard_at is not None:
                raise dealt("heard", message.heard_by, message.heard_at)
            if message is not None:
                return Wanted(number=message.caller, since=message.left_at)
        case CallbackWhat.TICKET:
            line = await tx.to_tell.open_of(target)
            if line is not None:
                return Wanted(number=line.number, since=line.since)
            told = await tx.to_tell.told_of(target)
            if told is not None and told.told_at is not None:
                raise dealt("told", told.told_by, told.told_at)
    raise NotFound("this citizen is not in that list any more; load the list anew", error_id="callback-unknown")


async def talks(tx: Work, rows: Mapping[str, Wanted]) -> Mapping[str, Talk]:
    """The last talk with each of these since she stands there, by the same key; in which list she stands, and who called, is the same."""
    if not rows:
        return {}
    forms = {key: _forms(one.number) for key, one in rows.items()}
    found = await tx.calls.talks_with(
        {form for some in forms.values() for form in some}, min(one.since for one in rows.values())
    )
    last = {key: _last([found[form] for form in some if form in found]) for key, some in forms.items()}
    return {key: talk for key, talk in last.items() if talk is not None and talk.at > rows[key].since}


def dealt(how: str, name: str, at: datetime, call: str = "") -> Dealt:
    """The refusal: it needs no call any more, or somebody must want it in spite of that talk; `call`: the id of the talk's."""
    said = f"{name or 'somebody'} {_DONE[how]} at {written(at)}{f' (call {call})' if call else ''}; load the list anew"
    return Dealt(said, error_id=f"callback-{how}", name=name, at=at)


def _forms(number: str) -> set[str]:
    """As calls have it, and as legs do."""
    known = e164(number)
    return {number, known, dialled(known)} if known else {number}


def _last(some: list[Talk]) -> Talk | None:
    return max(some, key=lambda one: one.at, default=None)
