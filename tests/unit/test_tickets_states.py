"""What may be done to a ticket, and what each change does to it; and that no way leads into a dead end."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hotline1022.core.clock import local
from hotline1022.core.errors import HotlineError, Invalid, Refused
from hotline1022.tickets.acts import act, settled
from hotline1022.tickets.policy import LONGEST_EXTENSION
from hotline1022.tickets.ports import Act, Outcome, Settled
from hotline1022.tickets.states import NEEDS_REASON, TABLE, allowed, follow
from hotline1022.tickets.types import (
    CLOSED,
    HIDDEN,
    KEEPING,
    LOOKING,
    OF_THE_CASCADE,
    Action,
    Changed,
    Clock,
    Named,
    State,
    Ticket,
    Urgency,
)
from tests.unit.tickets_made import AGENCY, LEADER, NEEDS, NOW, OFFICER, POLICY, WAYS, at, done, kept, made, walked

A, S = Action, State


def reachable(start: State) -> set[State]:
    seen, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        found = {following for (one, _), following in TABLE.items() if one is state} - seen
        seen |= found
        waiting += found
    return seen


def test_every_state_is_reached_and_has_a_way_out_to_an_end() -> None:
    assert reachable(S.RESERVED) == set(S)
    for state in S:
        assert any(one is state for one, _ in TABLE), f"{state} is a dead end"
        assert reachable(state) >= CLOSED, f"from {state} a ticket never ends"


@pytest.mark.parametrize("state", WAYS)
def test_the_way_to_each_state(state: State) -> None:
    assert walked(made().after, *WAYS[state]).state is state


def test_every_illegal_change_names_what_is_allowed() -> None:
    count = 0
    for state in S:
        for action in A:
            if (state, action) in TABLE or (action in KEEPING | LOOKING and state not in HIDDEN):
                assert follow(state, action) in S
                continue
            count += 1
            with pytest.raises(Refused) as caught:
                follow(state, action)
            assert caught.value.error_id == "ticket-state"
            words = str(caught.value).rpartition("allowed now: ")[2]
            assert words == (", ".join(allowed(state)) or "nothing")
            assert not OF_THE_CASCADE & set(allowed(state))
    assert count > 100


def test_answered_directly_is_the_commonest_way() -> None:
    ticket = made().after
    assert (ticket.phone, ticket.state, ticket.version) == ("+84901234567", S.NEW, 1)
    assert (local(ticket.forward_by or NOW), local(ticket.answer_by or NOW)) == (at(25, "08:05"), at(32, "17:00"))
    change = done(ticket, A.COMPLETE, at(25, "08:02"), by="lan", answer="Đã hướng dẫn.")
    assert (change.after.answer, change.after.closed_at, change.after.answered_at) == (
        "Đã hướng dẫn.",
        at(25, "08:02"),
        at(25, "08:02"),
    )
    row = change.row
    assert (row.number, row.by, row.action, row.before, row.after) == (2, "lan", A.COMPLETE, S.NEW, S.COMPLETED)
    assert row.changes["answer"] == ["", "Đã hướng dẫn."]
    assert row.changes["closed_at"] == [None, "2026-11-25T08:02:00+07:00"]


def test_the_long_way() -> None:
    ticket = done(made(agency="", agency_name="").after, A.FORWARD, at(25, "16:00"), agency=AGENCY, owner=OFFICER).after
    assert (ticket.agency_name, ticket.owner_name, ticket.forwarded_at) == (AGENCY.name, OFFICER.name, at(25, "16:00"))
    assert ticket.accept_by == at(26, "10:30")  # four office hours
    ticket = done(ticket, A.ACCEPT, at(26, "09:00"), owner=None).after
    assert (ticket.owner, ticket.accepted_at) == (OFFICER.id, at(26, "09:00"))
    ticket = done(ticket, A.PASS_TO_LEADER, at(26, "10:00")).after
    assert (ticket.owner, ticket.accept_by) == (LEADER.id, at(26, "16:00"))
    ticket = done(ticket, A.ANSWER, at(27, "10:00"), answer="Đã lấp.").after
    assert (ticket.answer, ticket.answered_at, ticket.closed_at) == ("Đã lấp.", at(27, "10:00"), None)
    ticket = done(ticket, A.COMPLETE, at(27, "11:00"), answer="").after
    assert (ticket.answer, ticket.answered_at, ticket.closed_at) == ("Đã lấp.", at(27, "10:00"), at(27, "11:00"))
    ticket = done(ticket, A.REOPEN, at(30, "08:00")).after
    assert (ticket.closed_at, ticket.answered_at, ticket.forwarded_at) == (None, None, None)
    assert ticket.answer_by == ticket.original_answer_by == at(37, "17:00")
    with pytest.raises(Invalid) as caught:
        done(ticket, A.COMPLETE, answer="")
    assert caught.value.error_id == "answer-missing", "the disputed answer is none"


def test_who_accepts_and_is_nobodys_contact_is_the_owner() -> None:
    ticket = done(walked(made().after, A.FORWARD), A.ACCEPT, by="c-9", owner=None).after
    assert (ticket.owner, ticket.owner_name) == ("c-9", "c-9")


def test_a_wrong_agency_gives_it_back() -> None:
    ticket = done(walked(made().after, A.FORWARD, A.ACCEPT), A.RETURN, at(25, "23:00")).after
    assert (ticket.owner, ticket.accept_by, ticket.forward_by) == ("", None, at(25, "23:05"))
    assert (ticket.agency, ticket.answer_by) == (AGENCY.id, at(32, "17:00")), "the citizen's date stays"
    with pytest.raises(Invalid) as caught:
        done(made(agency="").after, A.FORWARD)
    assert caught.value.error_id == "agency-missing"


def test_the_clock_stands_still_while_the_citizen_is_waited_for() -> None:
    ticket = done(walked(made().after, A.FORWARD, A.ACCEPT), A.WAIT, at(26, "10:00")).after
    assert ticket.stopped_at == at(26, "10:00")
    for action in (A.RESUME, A.ANSWER, A.REFUSE):
        after = done(ticket, action, at(27, "10:00")).after
        assert (after.stopped_at, after.answer_by, after.original_answer_by) == (None, at(33, "17:00"), at(33, "17:00"))


def test_an_extension_keeps_the_first_date_and_skips_what_is_closed() -> None:
    ticket = walked(made().after, A.FORWARD, A.ACCEPT)
    after = done(ticket, A.EXTEND, until=date(2026, 12, 5)).after  # a Saturday
    assert (after.state, after.answer_by, after.original_answer_by) == (S.EXTENDED, at(37, "17:00"), at(32, "17:00"))
    for day in (date(2026, 12, 2), date(2026, 11, 26)):
        with pytest.raises(Refused) as caught:
            done(ticket, A.EXTEND, until=day)
        assert caught.value.error_id == "deadline-not-later"
    with pytest.raises(Refused) as caught:  # the deadline has passed long ago, and so has the new date
        done(ticket, A.EXTEND, at(40, "08:00"), until=date(2026, 12, 4))
    assert caught.value.error_id == "deadline-not-later"
    with pytest.raises(Invalid) as missing:
        done(ticket, A.EXTEND, until=None)
    assert missing.value.error_id == "until-missing"


def test_an_extension_is_never_so_long_that_the_clock_cannot_go_on() -> None:
    ticket = walked(made().after, A.FORWARD, A.ACCEPT)
    last = NOW.date() + timedelta(days=LONGEST_EXTENSION)
    waits = done(done(ticket, A.EXTEND, until=last).after, A.WAIT).after
    for action in (A.RESUME, A.ANSWER, A.REFUSE):
        assert done(waits, action, NOW + timedelta(days=90)).after.stopped_at is None
    with pytest.raises(Refused) as caught:
        done(ticket, A.EXTEND, until=last + timedelta(days=1))
    assert caught.value.error_id == "deadline-far"


@pytest.mark.parametrize("action", sorted(NEEDS_REASON))
def test_reasons_are_given(action: Action) -> None:
    way = next(way for state, way in WAYS.items() if (state, action) in TABLE)
    with pytest.raises(Invalid) as caught:
        done(walked(made().after, *way), action, why="  ", until=date(2026, 12, 31))
    assert caught.value.error_id == "reason-missing"


def test_the_second_of_two_is_told() -> None:
    ticket = walked(made().after, A.FORWARD)
    with pytest.raises(Refused) as caught:
        done(ticket, A.ACCEPT, version=1)
    assert caught.value.error_id == "ticket-changed" and "version 2" in str(caught.value)
    assert done(ticket, A.ACCEPT, version=2).after.version == 3


def test_corrections() -> None:
    ticket = made().after
    change = done(ticket, A.EDIT, fields={"name": " Nguyê\u0303n ", "phone": "0274 3822 222", "urgency": "ordinary"})
    assert (change.after.name, change.after.phone, change.after.state) == ("Nguyễn", "+842743822222", S.NEW)
    assert change.row.changes.keys() == {"name", "phone"}
    for field in ("agency", "calls", "state", "code", "answer"):
        with pytest.raises(Invalid) as caught:
            done(ticket, A.EDIT, fields={field: "x"})
        assert caught.value.error_id == "field-unknown"


def test_another_urgency_changes_dates_until_it_is_accepted() -> None:
    urgent: dict[str, Any] = {"fields": {"urgency": Urgency.URGENT}}
    after = done(made().after, A.EDIT, at(25, "09:00"), **urgent).after
    assert (after.clock, after.answer_by, after.forward_by) == (Clock.CALENDAR, at(25, "12:00"), at(25, "08:05"))
    forwarded = done(made().after, A.FORWARD, at(25, "08:03")).after
    after = done(forwarded, A.EDIT, at(25, "09:00"), **urgent).after
    assert (after.accept_by, after.answer_by) == (at(25, "08:18"), at(25, "12:00"))
    after = done(walked(made().after, A.FORWARD, A.ACCEPT), A.EDIT, **urgent).after
    assert (after.clock, after.answer_by) == (Clock.WORKING, at(32, "17:00"))


@pytest.mark.parametrize("before", [(A.EXTEND,), (A.WAIT, A.RESUME)])
def test_a_correction_leaves_the_dates_of_a_ticket_that_came_back_with_other_ones(before: tuple[Action, ...]) -> None:
    """It was put off, or its clock stood still, and then the agency said that it is not theirs."""
    ticket = walked(made().after, A.FORWARD, A.ACCEPT)
    for action in before:
        ticket = done(ticket, action, at(26 if action is A.WAIT else 30, "09:00"), until=date(2026, 12, 30)).after
    dates = (ticket.answer_by, ticket.original_answer_by, ticket.clock)
    back = done(done(ticket, A.RETURN, at(31, "08:00")).after, A.FORWARD, at(31, "09:00")).after
    for corrected in ({"category": "traffic"}, {"urgency": Urgency.URGENT}):
        after = done(back, A.EDIT, at(31, "09:05"), fields=corrected).after
        assert (after.answer_by, after.original_answer_by, after.clock) == dates
        assert after.accept_by is not None and after.accept_by > at(31, "09:00")


def test_calls_are_linked_once() -> None:
    ticket = walked(made().after, A.LINK, A.LINK)
    assert ticket.calls == ("hl1-1795470208.58", "hl1-1795470300.7")


@pytest.mark.parametrize(
    ("outcomes", "state", "owner"),
    [
        ([Outcome(how=Settled.NOBODY)], S.NEW, ""),
        ([Outcome(how=Settled.DROPPED)], S.DROPPED, ""),
        ([Outcome(how=Settled.TAKEN, owner=OFFICER)], S.ACCEPTED, OFFICER.id),
        ([Outcome(how=Settled.TAKEN, owner=OFFICER)] * 3, S.ACCEPTED, OFFICER.id),
        ([Outcome(how=Settled.TAKEN, owner=OFFICER), Outcome(how=Settled.TAKEN, owner=LEADER)], S.ACCEPTED, LEADER.id),
        ([Outcome(how=Settled.NOBODY)] * 2, S.NEW, ""),
        ([Outcome(how=Settled.NOBODY), Outcome(how=Settled.DROPPED)], S.NEW, ""),
        ([Outcome(how=Settled.DROPPED), Outcome(how=Settled.TAKEN, owner=OFFICER)], S.ACCEPTED, OFFICER.id),
        ([Outcome(how=Settled.TAKEN, owner=OFFICER), Outcome(how=Settled.NOBODY)], S.ACCEPTED, OFFICER.id),
    ],
)
def test_how_a_cascade_ends(outcomes: list[Outcome], state: State, owner: str) -> None:
    ticket = kept().after
    assert (ticket.state, ticket.answer_by) == (S.RESERVED, None)
    changes = 0
    for outcome in outcomes:
        change = settled(ticket, outcome, by="cascade", at=at(25, "08:10"), policy=POLICY)
        if change:
            ticket, changes = change.after, changes + 1
    assert (ticket.state, ticket.owner) == (state, owner)
    assert (ticket.answer_by is None) == (state in HIDDEN)
    assert changes == ticket.version - 1
    if len(set(map(repr, outcomes))) == 1:
        assert changes == 1, "told again, nothing changes"


def test_nobody_takes_it_without_a_name() -> None:
    with pytest.raises(Invalid) as caught:
        settled(kept().after, Outcome(how=Settled.TAKEN), by="cascade", at=NOW, policy=POLICY)
    assert caught.value.error_id == "owner-missing"


def test_what_is_dropped_comes_back_for_another_agency() -> None:
    ticket = walked(kept().after, A.DROP)
    again = done(ticket, A.RESERVE, agency=Named(id="x", name="X"), fields={"category": "y"}).after
    assert (again.state, again.agency_name, again.category, again.code) == (S.RESERVED, "X", "y", ticket.code)


def what_the_database_demands(one: Ticket) -> None:
    assert (one.state is S.WAITING) == (one.stopped_at is not None)
    assert (one.state in CLOSED) == (one.closed_at is not None)
    assert (one.state in HIDDEN) == (one.begun_at is None) == (one.answer_by is None)
    assert one.state not in (S.ANSWERED, S.COMPLETED) or one.answer


class AnyWay(RuleBasedStateMachine):
    """Whatever people do in whatever order, at whatever time."""

    @initialize(reserved=st.booleans(), urgent=st.booleans())
    def begin(self, reserved: bool, urgent: bool) -> None:
        change = kept() if reserved else made(urgency=Urgency.URGENT if urgent else Urgency.ORDINARY)
        self.first = self.ticket = change.after
        self.rows = [change.row]
        self.now = NOW

    @rule(minutes=st.integers(0, 60 * 24 * 4))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: any(state is self.ticket.state for state, _ in TABLE))
    @rule(data=st.data(), days=st.integers(-2, 20), bare=st.booleans())
    def somebody_acts(self, data: st.DataObject, days: int, bare: bool) -> None:
        # mostly what is allowed: else it would hardly ever come far
        legal = [action for state, action in TABLE if state is self.ticket.state]
        action = data.draw(st.one_of(st.sampled_from(legal), st.sampled_from(legal), st.sampled_from(sorted(A))))
        more: dict[str, Any] = {} if bare else dict(NEEDS.get(action, {}))
        if action is A.EXTEND:
            more["until"] = local(self.now).date() + timedelta(days=days)
        before = self.ticket
        try:
            change = act(before, Act(action=action, **more), by="lan", at=self.now, policy=POLICY)
        except HotlineError as error:
            assert error.error_id in {
                "ticket-state",
                "reason-missing",
                "answer-missing",
                "until-missing",
                "owner-missing",
                "call-missing",
                "deadline-not-later",
            }
            return
        self.promised_dates_stay(change)
        self.ticket = change.after
        self.rows.append(change.row)

    def promised_dates_stay(self, change: Changed) -> None:
        before, after, action = change.before, change.after, change.row.action
        if before is None or before.answer_by is None or action is A.REOPEN:
            return
        assert after.answer_by is not None and after.original_answer_by is not None
        if action in (A.EXTEND, A.RESUME) or before.stopped_at is not None:
            assert after.answer_by >= before.answer_by
        elif action is not A.EDIT:
            assert after.answer_by == before.answer_by
        if action is A.EXTEND:
            assert after.answer_by > before.answer_by and after.original_answer_by == before.original_answer_by
        assert after.answer_by >= after.original_answer_by

    @invariant()
    def history_is_complete(self) -> None:
        assert [row.number for row in self.rows] == list(range(1, self.ticket.version + 1))
        assert self.rows[0].before is None and self.rows[-1].after is self.ticket.state
        assert all(row.before is last.after for last, row in zip(self.rows, self.rows[1:], strict=False))
        told = {name: plain(getattr(self.first, name)) for name in NAMES}
        for row in self.rows:
            for name, (old, new) in row.changes.items():
                assert told[name] == old, name
                told[name] = new
        assert told == {name: plain(getattr(self.ticket, name)) for name in NAMES}

    @invariant()
    def it_is_one_that_may_be(self) -> None:
        what_the_database_demands(self.ticket)

    @invariant()
    def there_is_a_way_out(self) -> None:
        ways = [action for state, action in TABLE if state is self.ticket.state]
        assert ways
        later = self.now + timedelta(days=40)
        for action in ways:
            more = {"until": local(later).date() + timedelta(days=9)} if action is A.EXTEND else {}
            wanted = Act(action=action, **NEEDS.get(action, {}) | more)
            after = act(self.ticket, wanted, by="x", at=later, policy=POLICY).after
            assert after.state is TABLE[self.ticket.state, action]
            what_the_database_demands(after)


NAMES = [f.name for f in fields(Ticket) if f.name not in ("state", "version", "made_by")]


def plain(value: object) -> object:
    match value:
        case datetime():
            return local(value).isoformat()
        case StrEnum():
            return value.value
        case tuple():
            return list(value)
    return value


TestAnyWay = AnyWay.TestCase
TestAnyWay.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_an_extension_to_a_day_that_never_was_kept_is_seen_in_history() -> None:
    ticket = walked(made().after, A.FORWARD, A.ACCEPT)
    row = done(ticket, A.EXTEND, until=date(2026, 12, 9)).row
    assert row.changes == {"answer_by": ["2026-12-02T17:00:00+07:00", "2026-12-09T17:00:00+07:00"]}
    assert row.why == NEEDS[A.EXTEND]["why"]
