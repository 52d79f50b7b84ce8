"""Disclosures whatever is done with them: nothing is handed out that another person did not allow, and an end is an end."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hotline1022.core.errors import Refused
from hotline1022.evidence.states import TABLE, Move, check_person, follow
from hotline1022.evidence.types import State

ENDS = {State.REFUSED, State.WITHDRAWN, State.EXPIRED}


class Disclosures(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = State.REQUESTED
        self.path = [State.REQUESTED]
        self.allowed_by = ""

    @rule(move=st.sampled_from(Move), who=st.sampled_from(["cli:an", "token:binh"]))
    def act(self, move: Move, who: str) -> None:
        try:
            check_person(move, "cli:an", who)
            after = follow(self.state, move)
        except Refused as error:
            own = move is Move.APPROVE and who == "cli:an"
            foreign = move is Move.CHANGE and who != "cli:an"
            assert error.error_id == ("same-person" if own else "not-who-asked" if foreign else "disclosure-state")
            assert own or foreign or (self.state, move) not in TABLE
            return
        if move is Move.APPROVE:
            self.allowed_by = who
        if move is Move.CHANGE:
            self.allowed_by = ""
        self.state = after
        self.path.append(after)

    @invariant()
    def what_is_packed_was_allowed_by_another(self) -> None:
        if self.state in (State.APPROVED, State.PACKED, State.HANDED_OUT):
            assert self.allowed_by == "token:binh"
        if State.HANDED_OUT in self.path:
            at = self.path.index(State.HANDED_OUT)
            assert self.path[at - 3 : at] == [State.REQUESTED, State.APPROVED, State.PACKED]

    @invariant()
    def an_end_is_an_end(self) -> None:
        assert not ENDS & set(self.path[:-1])


Disclosures.TestCase.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
TestDisclosures = Disclosures.TestCase


def test_what_was_handed_out_is_not_changed_any_more() -> None:
    with pytest.raises(Refused):
        follow(State.HANDED_OUT, Move.CHANGE)
    assert follow(State.HANDED_OUT, Move.WITHDRAW) is State.WITHDRAWN
    assert {state for state, _ in TABLE} == set(State) - ENDS
