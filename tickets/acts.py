"""What each change does to a ticket: fields, deadlines, and the row of its history. Pure; ids and times are given.

Refuses what states.py has no cell for (`ticket-state`), what somebody else changed meanwhile (`ticket-changed`), and what
lacks a reason, an answer, an agency or a later date; and a masked number (`phone-masked`).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from hotline1022.core.clock import local
from hotline1022.core.errors import Invalid, Refused
from hotline1022.tickets.calendar import DayAndNight
from hotline1022.tickets.citizen import masked, phone_of, whole_phone
from hotline1022.tickets.deadlines import closing, due, put_off
from hotline1022.tickets.policy import Policy
from hotline1022.tickets.ports import NOBODY_KNOWN, Act, Draft, Outcome, Reporter, Settled
from hotline1022.tickets.states import NEEDS_REASON, TABLE, follow
from hotline1022.tickets.types import (
    SHOWN_TO,
    Action,
    Changed,
    Channel,
    HistoryRow,
    Kind,
    Named,
    Requester,
    State,
    Ticket,
    Urgency,
)

V = TypeVar("V", Draft, Act)
#: what a correction may change
EDITABLE = frozenset(field.name for field in fields(Draft)) - {"channel", "calls", "agency", "agency_name"}
#: what history does not repeat: a row says them itself, or they never change
_SAID = frozenset({"id", "code", "created_at", "made_by", "state", "version"})
_A, _S = Action, State
_BY_OUTCOME = {Settled.TAKEN: _A.TAKE, Settled.NOBODY: _A.OPEN, Settled.DROPPED: _A.DROP}


#: the history has nothing beside a change
NOTHING: Mapping[str, str] = MappingProxyType({})


def opened(
    draft: Draft,
    *,
    id: str,
    code: str,
    by: str,
    at: datetime,
    policy: Policy,
    beside: Mapping[str, str] = NOTHING,
) -> Changed:
    """A new ticket, whose deadlines run from now. `beside`: Act.beside of its row."""
    draft = _nfc(draft)
    values = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    values["phone"] = whole_phone(draft.phone)
    ticket = Ticket(id=id, code=code, created_at=at, state=_S.NEW, made_by=by, **values)
    return _made(_begun(ticket, at, policy), _A.OPEN, by, at, beside)


def reserved(
    call: str,
    *,
    agency: Named,
    category: Named,
    phone: str = "",
    content: str = "",
    reporter: Reporter = NOBODY_KNOWN,
    area_name: str = "",
    urgent: bool = False,
    id: str,
    code: str,
    by: str,
    at: datetime,
) -> Changed:
    """A row and a code for a cascade that is about to start; the citizen's number and what the agent wrote, where known."""
    ticket = Ticket(
        urgency=Urgency.URGENT if urgent or reporter.urgent else Urgency.ORDINARY,
        kind=reporter.kind or Kind.REPORT,
        requester=reporter.requester or Requester.PERSON,
        phone=phone_of(phone if masked(reporter.phone) else reporter.phone or phone),
        content=_text(content),
        name=_text(reporter.name),
        email=_text(reporter.email),
        address=_text(reporter.address),
        area=reporter.area,
        area_name=area_name,
        id=id,
        code=code,
        created_at=at,
        channel=Channel.CASCADE,
        state=_S.RESERVED,
        agency=agency.id,
        agency_name=agency.name,
        category=category.id,
        category_name=category.name,
        made_by=by,
        calls=(call,),
    )
    return _made(ticket, _A.RESERVE, by, at)


def _made(ticket: Ticket, action: Action, by: str, at: datetime, beside: Mapping[str, str] = NOTHING) -> Changed:
    row = HistoryRow(
        ticket=ticket.id,
        number=1,
        at=at,
        by=by,
        action=action,
        before=None,
        after=ticket.state,
        changes=_beside(beside),
    )
    return Changed(before=None, after=ticket, row=row)


def act(ticket: Ticket, wanted: Act, *, by: str, at: datetime, policy: Policy) -> Changed:
    """The ticket after what is wanted."""
    wanted = _nfc(wanted)
    if wanted.version is not None and wanted.version != ticket.version:
        raise changed_meanwhile(ticket.version)
    state = follow(ticket.state, wanted.action)
    if wanted.action in NEEDS_REASON and not wanted.why:
        raise Invalid(f"{wanted.action} needs a reason; say why", error_id="reason-missing")
    after = replace(_done(ticket, wanted, by, at, policy), state=state, version=ticket.version + 1)
    row = HistoryRow(
        ticket=ticket.id,
        number=after.version,
        at=at,
        by=by,
        action=wanted.action,
        before=ticket.state,
        after=state,
        why=wanted.why,
        changes=(_shown(wanted) or _changes(ticket, after)) | _beside(wanted.beside),
    )
    return Changed(before=ticket, after=after, row=row)


def settled(ticket: Ticket, outcome: Outcome, *, by: str, at: datetime, policy: Policy) -> Changed | None:
    """The ticket after its cascade; None where that changes nothing: it was told before, or people went on meanwhile."""
    action = _BY_OUTCOME[outcome.how]
    again = action is _A.TAKE and ticket.state is _S.ACCEPTED and outcome.owner is not None
    if (ticket.state, action) not in TABLE or (
        again and outcome.owner == Named(id=ticket.owner, name=ticket.owner_name)
    ):
        return None
    return act(ticket, Act(action=action, owner=outcome.owner), by=by, at=at, policy=policy)


def changed_meanwhile(version: int) -> Refused:
    """Somebody else was first."""
    return Refused(
        f"somebody else changed this ticket, it is at version {version} now; read it again, then decide",
        error_id="ticket-changed",
    )


def _done(ticket: Ticket, wanted: Act, by: str, at: datetime, policy: Policy) -> Ticket:
    if ticket.stopped_at is not None and wanted.action in (_A.RESUME, _A.ANSWER, _A.REFUSE):
        ticket = _resumed(ticket, ticket.stopped_at, at, policy)
    match wanted.action:
        case Action.OPEN:
            agency = wanted.agency or Named(id=ticket.agency, name=ticket.agency_name)
            ticket = replace(_with_fields(ticket, wanted), agency=agency.id, agency_name=agency.name)
            return _begun(ticket, at, policy)
        case Action.TAKE:
            if wanted.owner is None:
                raise Invalid("nobody is named who took it; name the contact point", error_id="owner-missing")
            ticket = _begun(ticket, at, policy) if ticket.begun_at is None else ticket
            first = ticket.forwarded_at or at
            return replace(_owned(ticket, wanted.owner), forwarded_at=first, accepted_at=ticket.accepted_at or at)
        case Action.FORWARD:
            return _forwarded(ticket, wanted, at, policy)
        case Action.PASS_TO_LEADER:
            return _owned(_to_accept(ticket, at, policy), wanted.owner or Named())
        case Action.ACCEPT:
            owner = wanted.owner or Named(id=ticket.owner, name=ticket.owner_name)
            return replace(_owned(ticket, owner if owner.id else Named(id=by, name=by)), accepted_at=at)
        case Action.RETURN:
            ticket = replace(_owned(ticket, Named()), forwarded_at=None, accepted_at=None, accept_by=None)
            return replace(ticket, forward_by=_forward_by(ticket, at, policy))
        case Action.WAIT:
            return replace(ticket, stopped_at=at)
        case Action.EXTEND:
            return _extended(ticket, wanted, at, policy)
        case Action.ANSWER:
            return replace(ticket, answer=_answer(wanted.answer), answered_at=at)
        case Action.COMPLETE:
            kept = ticket.answer if ticket.state is _S.ANSWERED else ""
            return replace(
                ticket,
                answer=_answer(wanted.answer or kept),
                answered_at=ticket.answered_at or at,
                closed_at=at,
            )
        case Action.REFUSE:
            return replace(ticket, closed_at=at)
        case Action.REOPEN:
            ticket = replace(ticket, forwarded_at=None, accepted_at=None, answered_at=None, closed_at=None)
            return _begun(ticket, at, policy)
        case Action.EDIT:
            return _edited(ticket, wanted, policy)
        case Action.LINK:
            if not wanted.call:
                raise Invalid("no call is named; name the one that belongs to it", error_id="call-missing")
            return replace(ticket, calls=tuple(dict.fromkeys((*ticket.calls, wanted.call))))
        case Action.RESERVE if wanted.agency is not None:
            return replace(ticket, agency=wanted.agency.id, agency_name=wanted.agency.name, **wanted.fields)
        case Action.RESERVE | Action.DROP | Action.RESUME | Action.ATTACH | Action.REVEAL:
            return ticket


def _begun(ticket: Ticket, at: datetime, policy: Policy) -> Ticket:
    """Its deadlines run from now."""
    answer_by = _answer_by(ticket, at, policy)
    return replace(
        ticket,
        begun_at=at,
        clock=policy.terms(ticket.category, ticket.urgency).clock,
        forward_by=_forward_by(ticket, at, policy),
        accept_by=None,
        answer_by=answer_by,
        original_answer_by=answer_by,
    )


def _answer_by(ticket: Ticket, begun: datetime, policy: Policy) -> datetime:
    terms = policy.terms(ticket.category, ticket.urgency)
    return due(begun, terms.answer, policy.calendar(terms.clock))


def _forward_by(ticket: Ticket, at: datetime, policy: Policy) -> datetime:
    """1022 forwards, and 1022 never closes."""
    return due(at, policy.terms(ticket.category, ticket.urgency).forward, DayAndNight())


def _to_accept(ticket: Ticket, at: datetime, policy: Policy) -> Ticket:
    terms = policy.terms(ticket.category, ticket.urgency)
    return replace(ticket, accept_by=due(at, terms.accept, policy.calendar(ticket.clock)), accepted_at=None)


def _forwarded(ticket: Ticket, wanted: Act, at: datetime, policy: Policy) -> Ticket:
    agency = wanted.agency or Named(id=ticket.agency, name=ticket.agency_name)
    if not agency.id:
        raise Invalid("no agency is named; name the one that answers for it", error_id="agency-missing")
    ticket = replace(_to_accept(ticket, at, policy), agency=agency.id, agency_name=agency.name, forwarded_at=at)
    return _owned(ticket, wanted.owner or Named())


def _owned(ticket: Ticket, owner: Named) -> Ticket:
    return replace(ticket, owner=owner.id, owner_name=owner.name)


def _resumed(ticket: Ticket, stopped: datetime, at: datetime, policy: Policy) -> Ticket:
    """What was left when the clock stopped is left again."""
    calendar = policy.calendar(ticket.clock)
    by, original = ticket.answer_by, ticket.original_answer_by
    return replace(
        ticket,
        stopped_at=None,
        answer_by=by and put_off(by, stopped, at, calendar),
        original_answer_by=original and put_off(original, stopped, at, calendar),
    )


def _extended(ticket: Ticket, wanted: Act, at: datetime, policy: Policy) -> Ticket:
    if wanted.until is None:
        raise Invalid("no new date is given; name the last day", error_id="until-missing")
    if wanted.until > local(at).date() + timedelta(days=policy.longest_extension):
        raise Refused(
            f"the new date is more than {policy.longest_extension} days away; name an earlier day, and extend again then",
            error_id="deadline-far",
        )
    new = closing(wanted.until, policy.calendar(ticket.clock))
    if new <= max(ticket.answer_by or at, at):
        raise Refused(
            "the new date is not later than the deadline; name a later day, or leave it as it is",
            error_id="deadline-not-later",
        )
    return replace(ticket, answer_by=new)


def _answer(answer: str) -> str:
    if not answer:
        raise Invalid("there is no answer; write what was answered", error_id="answer-missing")
    return answer


def _edited(ticket: Ticket, wanted: Act, policy: Policy) -> Ticket:
    after = _with_fields(ticket, wanted)
    waits = ticket.state in (_S.NEW, _S.FORWARDED)
    if (after.category, after.urgency) == (ticket.category, ticket.urgency) or not waits or ticket.begun_at is None:
        return after  # whoever accepted it goes on with the dates that were promised
    by = _answer_by(ticket, ticket.begun_at, policy)
    if (
        ticket.answer_by == by == ticket.original_answer_by
    ):  # else it was put off, or its clock stood still, before it came back
        after = replace(_begun(after, ticket.begun_at, policy), forward_by=ticket.forward_by)
    return _to_accept(after, ticket.forwarded_at, policy) if ticket.forwarded_at is not None else after


def _with_fields(ticket: Ticket, wanted: Act) -> Ticket:
    unknown = wanted.fields.keys() - EDITABLE
    if unknown:
        raise Invalid(f"{', '.join(sorted(unknown))} cannot be corrected; leave it out", error_id="field-unknown")
    values = {name: _text(value) for name, value in wanted.fields.items()}
    if "phone" in values:
        values["phone"] = whole_phone(values["phone"])
    return replace(ticket, **values)


def _changes(before: Ticket, after: Ticket) -> dict[str, Any]:
    pairs = ((f.name, getattr(before, f.name), getattr(after, f.name)) for f in fields(Ticket) if f.name not in _SAID)
    return {name: [_plain(old), _plain(new)] for name, old, new in pairs if old != new}


def _shown(wanted: Act) -> dict[str, Any]:
    """To which contact point a number was shown: names are not unique."""
    return {SHOWN_TO: ["", wanted.owner.id]} if wanted.action is _A.REVEAL and wanted.owner else {}


def _beside(given: Mapping[str, str]) -> dict[str, Any]:
    return {name: ["", _text(text)] for name, text in given.items() if text}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return local(value).isoformat()
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
        case _:
            return value


def _nfc(value: V) -> V:
    return replace(value, **{f.name: _text(getattr(value, f.name)) for f in fields(value)})


def _text(value: Any) -> Any:
    return unicodedata.normalize("NFC", value).strip() if type(value) is str else value
