"""The states of a recording: no way but those of the table, nothing expires that was not found sound, no dead end but the end."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hotline1022.core.errors import Refused
from hotline1022.recordings.states import MOVED_BY, TABLE, Move, State, follow
from hotline1022.recordings.types import Shown


class Recording(RuleBasedStateMachine):
    """One recording; every move is tried in every state, and only those of the table happen."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.held = State.SPOOLED, False
        #: the moves that happened, and the state before each
        self.past: list[Move] = []
        self.before: list[State] = []

    @rule(move=st.sampled_from(Move))
    def move(self, move: Move) -> None:
        try:
            after = follow(self.state, move, held=self.held)
        except Refused as error:
            held = self.held and move is Move.LET_GO and (self.state, move) in TABLE
            assert held or (self.state, move) not in TABLE
            assert error.error_id == ("recording-held" if held else "recording-state")
            return
        assert TABLE[self.state, move] is after
        self.before.append(self.state)
        self.state = after
        self.past.append(move)

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.held = held and self.state not in (State.EXPIRING, State.EXPIRED)

    @invariant()
    def nothing_goes_that_was_not_found_sound(self) -> None:
        if self.state is State.EXPIRING:
            assert not self.held
            gone = max(at for at, move in enumerate(self.past) if move is Move.LET_GO)
            assert self.before[gone] in (State.VERIFIED, State.NOT_RECORDED)

    @invariant()
    def files_go_only_after_the_audit_told_of_it(self) -> None:
        for at, move in enumerate(self.past):
            assert move is not Move.EXPIRED or self.before[at] is State.EXPIRING

    @invariant()
    def verified_only_by_the_last_check(self) -> None:
        if self.state is State.VERIFIED:
            assert self.past[-1] is Move.FOUND_SOUND

    @invariant()
    def damage_stays_until_a_check_finds_it_mended(self) -> None:
        checks = [move for move in self.past if move in (Move.FOUND_SOUND, Move.FOUND_WRONG)]
        if checks and checks[-1] is Move.FOUND_WRONG:
            assert self.state is State.DAMAGED


TestRecording = Recording.TestCase
TestRecording.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_every_state_is_reached_and_every_move_has_a_maker() -> None:
    assert set(TABLE.values()) == set(State) - {State.SPOOLED}
    assert {move for _, move in TABLE} == set(Move) == set(MOVED_BY)
    assert {state for state, _ in TABLE} == set(State)


def test_people_see_the_same_words() -> None:
    assert {shown.value for shown in Shown} == {state.value for state in State} | {"held"}


def test_a_refusal_names_what_is_possible() -> None:
    with pytest.raises(Refused, match=r"cannot be expired; possible now: filed, nothing-filed"):
        follow(State.SPOOLED, Move.EXPIRED)
