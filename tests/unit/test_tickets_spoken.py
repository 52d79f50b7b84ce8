"""What a caller hears of a ticket, that each word of it has a sound, and who guesses."""

from datetime import datetime, timedelta

import pytest

from hotline1022.ivr.load import shipped
from hotline1022.ivr.model import Fixed, agency_prompt, texts
from hotline1022.ivr.numbers import month_prompts, number_prompts, number_sounds
from hotline1022.tickets.spoken import (
    BOUND,
    TEXTS,
    WINDOW,
    WRONG,
    AgencyName,
    Guard,
    Month,
    Number,
    Prompt,
    spoken_day,
    status,
)
from hotline1022.tickets.types import HIDDEN, Action, State
from tests.unit.tickets_made import NOW, WAYS, done, kept, made, walked


def test_what_a_caller_hears() -> None:
    ticket = walked(made().after, Action.FORWARD)
    assert status(ticket, NOW) == (
        Prompt(name="ticket-state-forwarded"),
        Prompt(name="ticket-agency"),
        AgencyName(agency="so-xay-dung"),
        Prompt(name="ticket-answer-by"),
        Prompt(name="date-day"),
        Number(value=2),
        Prompt(name="date-month"),
        Month(value=12),
    )
    finished = walked(made(agency="", agency_name="").after, Action.COMPLETE)
    said = status(finished, NOW + timedelta(days=60))
    assert said[:2] == (Prompt(name="ticket-state-completed"), Prompt(name="ticket-closed-on"))
    assert said[-2:] == (Prompt(name="date-year"), Number(value=2026))
    assert status(walked(made().after, *WAYS[State.WAITING]), NOW)[3] == Prompt(name="ticket-made-on")
    assert status(walked(made().after, *WAYS[State.ANSWERED]), NOW)[3] == Prompt(name="ticket-answered-on")
    assert status(kept().after, NOW) == ()


def test_the_day_is_the_provinces() -> None:
    assert spoken_day(datetime.fromisoformat("2026-11-30T23:30:00+00:00"), NOW)[1] == Number(value=1)


def test_what_is_heard_is_what_is_read() -> None:
    """The menu's prompts and the words of the API are the same; a state without words would be silence."""
    said = shipped().prompts
    assert {state: said.get(f"ticket-state-{state}") for state in State if state not in HIDDEN} == {
        state: TEXTS[f"ticket-state-{state}"] for state in State if state not in HIDDEN
    }


def test_every_prompt_of_every_state_has_a_sound() -> None:
    spoken = 0
    extended = done(walked(made().after, *WAYS[State.ACCEPTED]), Action.EXTEND, until=NOW.date() + timedelta(days=30))
    for ticket in (*(walked(made().after, *way) for way in WAYS.values()), extended.after):
        for piece in status(ticket, NOW + timedelta(days=99)):
            if isinstance(piece, Prompt):
                assert piece.name in set(Fixed), ticket.state
                spoken += 1
    assert spoken >= 5 * len(WAYS)


def test_names_of_agencies_have_a_sound_each() -> None:
    tree = shipped()
    made_of = texts(tree)
    assert {agency_prompt(one.id): f"{one.name}." for one in tree.agencies}.items() <= made_of.items()


@pytest.mark.parametrize("month", range(1, 13))
def test_months(month: int) -> None:
    sounds = number_sounds()
    words = " ".join(sounds[sound] for sound in month_prompts(month))
    assert words == ("tư" if month == 4 else " ".join(sounds[sound] for sound in number_prompts(month)))


def test_who_guesses_waits_and_others_do_not() -> None:
    guard = Guard()
    for number in range(WRONG):
        assert guard.wait("0901234567", NOW + timedelta(minutes=number)) == timedelta(0)
        guard.wrong("0901234567", NOW + timedelta(minutes=number))
    now = NOW + timedelta(minutes=WRONG)
    assert guard.wait("0901234567", now) == WINDOW - timedelta(minutes=WRONG)
    assert guard.wait("0907654321", now) == timedelta(0)
    assert guard.wait("0901234567", NOW + WINDOW) == timedelta(0), "the first is old enough"
    guard.wrong("0901234567", NOW + WINDOW)
    assert guard.wait("0901234567", NOW + WINDOW) == timedelta(minutes=1), "and so is each after it"


def test_its_memory_is_bounded() -> None:
    guard = Guard()
    for number in range(BOUND + 100):
        for _ in range(WRONG):
            guard.wrong(str(number), NOW)
    assert len(guard._wrong) == BOUND
    assert guard.wait("0", NOW) == timedelta(0) and guard.wait(str(BOUND + 99), NOW) == WINDOW
