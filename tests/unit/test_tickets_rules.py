"""Reminders in office hours, each once; the policy file and its faults."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.tickets.deadlines import amount
from hotline1022.tickets.policy import load_policy, parse_policy
from hotline1022.tickets.reminders import reminders
from hotline1022.tickets.types import (
    TO_ANSWER,
    TO_FORWARD,
    Action,
    Clock,
    Deadline,
    Recipient,
    Reminder,
    ReminderKind,
    State,
    Ticket,
    Urgency,
)
from tests.unit.tickets_made import POLICY, WAYS, at, done, kept, made, walked

A, K, R = Action, ReminderKind, Recipient
FORWARDED = walked(made().after, A.FORWARD)  # accept by 11:30 + 30 minutes = 14:00 on the 25th; answer by 2 December


def due(ticket: Ticket, when: datetime, sent: Collection[Reminder] = ()) -> list[tuple[str, str]]:
    return [(one.kind.value, one.to.value) for one in reminders(ticket, POLICY, sent, when)]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (at(25, "11:29"), []),
        (at(25, "13:30"), [("before-accept", "officer")]),
        (at(25, "13:59"), [("before-accept", "officer")]),
        (at(25, "14:00"), [("expired", "leader")]),
        (at(25, "17:00"), []),  # the office has closed: tomorrow
        (at(26, "07:30"), [("expired", "leader")]),
        (at(28, "09:00"), []),  # Saturday
        (at(30, "16:59"), [("expired", "leader")]),
        (at(31, "07:30"), [("expired", "leader"), ("before-answer", "officer")]),  # the day before
        (at(32, "16:59"), [("expired", "leader"), ("before-answer", "officer")]),
        (at(33, "08:00"), [("expired", "leader"), ("expired", "leader")]),
    ],
)
def test_who_is_reminded_when_nobody_takes_it(when: datetime, found: list[tuple[str, str]]) -> None:
    ticket = replace(FORWARDED, accept_by=at(25, "14:00"))
    assert due(ticket, when) == found


def test_each_reminder_is_sent_once_and_a_later_date_has_its_own() -> None:
    ticket = walked(made().after, A.FORWARD, A.ACCEPT)
    first = reminders(ticket, POLICY, (), at(31, "08:00"))
    assert [(one.kind, one.due) for one in first] == [(K.BEFORE_ANSWER, at(32, "17:00"))]
    assert reminders(ticket, POLICY, first, at(32, "08:00")) == []
    extended = done(ticket, A.EXTEND, at(32, "09:00"), until=date(2026, 12, 9)).after
    assert reminders(extended, POLICY, first, at(32, "10:00")) == []
    second = reminders(extended, POLICY, first, at(38, "10:00"))
    assert [(one.kind, one.due) for one in second] == [(K.BEFORE_ANSWER, at(39, "17:00"))]
    expired = reminders(extended, POLICY, (*first, *second), at(40, "08:00"))
    assert [(one.kind, one.to) for one in expired] == [(K.EXPIRED, R.LEADER)]


@pytest.mark.parametrize("state", WAYS)
def test_nobody_is_reminded_while_nobody_owes_an_answer(state: State) -> None:
    ticket = walked(made().after, *WAYS[state])
    late = due(replace(ticket, accept_by=None), at(40, "08:00"))
    owed = state in TO_ANSWER
    ours = [("not-forwarded", "hotline")] if state in TO_FORWARD else []
    assert late == ([*ours, ("expired", "leader")] if owed else [])
    assert (ours != []) == (state in {State.NEW, State.RETURNED, State.REOPENED})
    assert owed == (state not in {State.WAITING, State.ANSWERED, State.COMPLETED, State.REFUSED})


def test_urgent_ones_run_by_the_calendar_and_are_told_in_office_hours() -> None:
    urgent = walked(made(urgency=Urgency.URGENT, when=at(25, "20:00")).after, A.FORWARD)
    assert (urgent.clock, urgent.answer_by) == (Clock.CALENDAR, at(26, "00:00"))
    assert due(urgent, at(25, "23:30")) == []
    assert ("expired", "leader") in due(urgent, at(26, "07:30"))
    urgent = walked(made(urgency=Urgency.URGENT).after, A.FORWARD)
    assert due(urgent, at(25, "08:10")) == [("before-accept", "officer")]
    urgent = done(urgent, A.ACCEPT, at(25, "08:12")).after
    assert due(urgent, at(25, "10:59")) == []
    assert due(urgent, at(25, "11:00")) == [("before-answer", "officer")]


URGENT = made(urgency=Urgency.URGENT).after


@pytest.mark.parametrize(
    ("ticket", "when", "found"),
    [
        # written down at 08:00, to be forwarded by 08:05
        (made().after, at(25, "08:04"), False),
        (made().after, at(25, "08:05"), True),
        (made().after, at(25, "12:00"), False),  # nobody could take it: lunch
        (made().after, at(25, "13:30"), True),
        (made().after, at(25, "23:00"), False),
        (made().after, at(28, "09:00"), False),  # Saturday
        (made(when=at(25, "23:00")).after, at(26, "07:29"), False),
        (made(when=at(25, "23:00")).after, at(26, "07:30"), True),
        # what is urgent is told day and night
        (URGENT, at(25, "08:04"), False),
        (URGENT, at(25, "08:05"), True),
        (URGENT, at(25, "12:00"), True),
        (made(urgency=Urgency.URGENT, when=at(28, "23:00")).after, at(28, "23:05"), True),
        # sent back, or disputed: five minutes anew
        (done(walked(made().after, A.FORWARD), A.RETURN, at(25, "09:00"), why="x").after, at(25, "09:04"), False),
        (done(walked(made().after, A.FORWARD), A.RETURN, at(25, "09:00"), why="x").after, at(25, "09:05"), True),
        (done(walked(made().after, A.COMPLETE), A.REOPEN, at(26, "09:00"), why="x").after, at(26, "09:04"), False),
        (done(walked(made().after, A.COMPLETE), A.REOPEN, at(26, "09:00"), why="x").after, at(26, "09:05"), True),
        # forwarded, taken or answered: nothing of it is left
        (walked(made().after, A.FORWARD), at(25, "08:30"), False),
        (walked(made().after, A.ACCEPT), at(25, "08:30"), False),
        (walked(made().after, A.COMPLETE), at(25, "08:30"), False),
    ],
)
def test_1022_is_told_of_what_it_has_not_forwarded(ticket: Ticket, when: datetime, found: bool) -> None:
    wanted = Reminder(kind=K.NOT_FORWARDED, to=R.HOTLINE, due=ticket.forward_by or when)
    assert (wanted in reminders(ticket, POLICY, (), when)) == found
    assert wanted not in reminders(ticket, POLICY, [wanted], when), "once"
    assert (Deadline.FORWARD in ticket.late(when)) >= found


@pytest.mark.parametrize(
    ("ticket", "when", "late"),
    [
        (made().after, at(25, "08:04"), ()),
        (made().after, at(25, "08:05"), (Deadline.FORWARD,)),
        (made().after, at(25, "23:00"), (Deadline.FORWARD,)),
        (made().after, at(32, "17:00"), (Deadline.FORWARD, Deadline.ANSWER)),
        (FORWARDED, at(25, "13:00"), ()),
        (FORWARDED, at(26, "09:00"), (Deadline.ACCEPT,)),
        (FORWARDED, at(32, "17:00"), (Deadline.ACCEPT, Deadline.ANSWER)),
        (walked(FORWARDED, A.ACCEPT), at(32, "16:59"), ()),
        (walked(FORWARDED, A.ACCEPT), at(32, "17:00"), (Deadline.ANSWER,)),
        (walked(FORWARDED, A.ACCEPT, A.WAIT), at(40, "08:00"), ()),
        (walked(FORWARDED, A.ACCEPT, A.ANSWER), at(40, "08:00"), ()),
        (kept().after, at(40, "08:00"), ()),
    ],
)
def test_which_deadline_is_late(ticket: Ticket, when: datetime, late: tuple[Deadline, ...]) -> None:
    assert ticket.late(when) == late


def test_a_reservation_reminds_nobody() -> None:
    assert due(kept().after, at(40, "08:00")) == []


# ---------------------------------------------------------------- the policy file


def test_the_shipped_policy() -> None:
    general = POLICY.terms("traffic", Urgency.ORDINARY)
    assert (general.forward, general.answer, general.clock) == (amount("5 minutes"), amount("5 days"), Clock.WORKING)
    assert POLICY.terms("traffic", Urgency.URGENT).answer == amount("4 hours")
    order = POLICY.terms("public-order", Urgency.URGENT)
    assert (order.answer, order.accept, order.clock) == (amount("2 hours"), amount("15 minutes"), Clock.CALENDAR)
    assert POLICY.offices.hours == ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))


def test_an_own_file_changes_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        '[offices]\nclosed = ["2026-11-27"]\nworked = [2026-12-05]\n[ordinary]\nanswer = "3 days"\n'
        '[categories.traffic.ordinary]\naccept = "1 hour"\n',
        encoding="utf-8",
    )
    policy = load_policy(file)
    assert policy.terms("", Urgency.ORDINARY).answer == amount("3 days")
    traffic = policy.terms("traffic", Urgency.ORDINARY)
    assert (traffic.answer, traffic.accept) == (amount("3 days"), amount("1 hour"))
    assert policy.terms("", Urgency.URGENT) == POLICY.terms("", Urgency.URGENT)
    assert not policy.offices.works(date(2026, 11, 27)) and policy.offices.works(date(2026, 12, 5))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[ordinary]\nanswer = 5\n", ["ordinary.answer"]),
        ('[urgent]\nclock = "moon"\nanswr = "1 day"\n', ["urgent.clock", "urgent.answr"]),
        ('[offices]\nhours = ["11:30-07:30"]\n', ["offices.hours"]),
        ("[offices]\nhours = []\nweekdays = [0]\n", ["offices.hours", "offices.weekdays"]),
        ('[offices]\nclosed = ["2026-02-30"]\nworked = "2026-08-22"\n', ["offices.closed", "offices.worked"]),
        ('[offices]\nclosed = ["2026-08-22"]\nworked = ["2026-08-22"]\n', ["offices.closed"]),
        ("[monthly]\n", ["monthly"]),
        ("ordinary = 1\n", ["ordinary"]),
        ("[categories]\ntraffic = 1\n", ["categories.traffic"]),
        ('[categories.traffic.urgent]\nanswer = "soon"\n', ["categories.traffic.urgent.answer"]),
        ("[categories.traffic.slow]\n", ["categories.traffic.slow"]),
        ("[ordinary\n", ["is not TOML"]),
    ],
)
def test_every_fault_is_named(tmp_path: Path, text: str, places: list[str]) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_policy(file)
    assert caught.value.error_id == "ticket-policy-invalid"
    for place in places:
        assert f"{file}: {place}" in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"paths\.ticket_policy"):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("# Tết".encode("utf-16"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_policy(tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match=r"ordinary\.answer"):
        parse_policy("")
