"""The menu's flow: what each key leads to, and that every caller gets out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline1022.core.errors import Invalid as InvalidValue
from hotline1022.ivr.flow import (
    ANSWER_LIMIT,
    Ask,
    Decision,
    Ended,
    HungUp,
    Input,
    Invalid,
    NoInput,
    Pressed,
    State,
    ToAgents,
    ToEmergency,
    ToStatus,
    ToVoicemail,
    answer,
    decode,
    encode,
    every_decision,
    opening,
    read_key,
    step,
)
from hotline1022.ivr.load import parse, shipped

TREE = shipped()
MINIMAL = """
root = "root"
[menus.root]
text = "Cấp cứu bấm phím 9, điện thoại viên bấm phím 0."
[menus.root.keys]
9 = "emergency"
0 = "agents"
"""

INPUTS = st.one_of(
    st.builds(Pressed, digits=st.text("0123456789*#", min_size=1, max_size=8)),
    st.builds(NoInput),
    st.builds(Invalid),
    st.builds(HungUp),
)
STATES = st.builds(
    State, menu=st.one_of(st.sampled_from(sorted(TREE.menus)), st.text(max_size=20)), tries=st.integers(-5, 1_000)
)


def press(menu: str, digits: str, tries: int = 0) -> Decision:
    return step(TREE, State(menu=menu, tries=tries), Pressed(digits=digits))


def ask(menu: str, tries: int, *play: str) -> Decision:
    return Decision(play=play, next=Ask(menu=menu, tries=tries, wait_seconds=TREE.menus[menu].wait_seconds))


def test_after_the_greeting_the_root_menu_is_spoken() -> None:
    assert opening(TREE) == ask("root", 0, "menu-root")


@pytest.mark.parametrize(
    ("key", "category"),
    [
        ("1", "administrative-procedures"),
        ("2", "environment-land"),
        ("3", "public-order"),
        ("4", "traffic"),
        ("5", "construction"),
        ("0", ""),
    ],
)
def test_a_category_goes_to_the_agents(key: str, category: str) -> None:
    assert press("root", key) == Decision(play=("connecting",), next=ToAgents(category=category))


@pytest.mark.parametrize(
    ("key", "category"),
    [("1", "smuggling-counterfeit"), ("2", "food-agriculture"), ("3", "telecom-infrastructure"), ("4", "other")],
)
def test_the_further_categories_are_behind_8(key: str, category: str) -> None:
    assert press("root", "8") == ask("more", 0, "menu-more")
    assert press("more", key) == Decision(play=("connecting",), next=ToAgents(category=category))


def test_every_category_can_be_reached() -> None:
    reached = {
        decision.next.category for _, decision in every_decision(TREE) if isinstance(decision.next, ToAgents)
    } - {""}
    assert reached == {category.id for category in TREE.categories if category.goes_to == "agents"}


@pytest.mark.parametrize("menu", [*TREE.menus, "gone"])
@pytest.mark.parametrize("digits", ["9", "115"])
def test_115_is_reached_from_every_menu(menu: str, digits: str) -> None:
    assert press(menu, digits).next == ToEmergency()


def test_115_and_the_agent_are_reached_even_if_the_menu_does_not_say_so() -> None:
    """The loader refuses such a file; a menu that comes from elsewhere must not lose a life."""
    bare = parse(MINIMAL, source="test", base=TREE)
    stripped = replace(bare.menus["root"], choices=())
    tree = replace(bare, menus={"root": stripped})
    assert step(tree, State(menu="root"), Pressed(digits="9")).next == ToEmergency()
    assert step(tree, State(menu="root"), Pressed(digits="0")).next == ToAgents()


def test_information_is_spoken_and_the_menu_asked_again() -> None:
    assert press("root", "6") == ask("information", 0, "menu-information")
    assert press("information", "1") == ask("information", 0, "info-office-hours", "menu-information")


def test_again_back_and_voicemail() -> None:
    assert press("root", "#", tries=1) == ask("root", 1, "menu-root")
    assert press("more", "*") == ask("root", 0, "menu-root")
    assert press("root", "7") == Decision(play=(), next=ToVoicemail())


def test_the_status_of_a_ticket() -> None:
    assert press("root", "*") == Decision(play=(), next=ToStatus())
    assert answer(TREE, "root", "*", "1") == "OK~status~~0~0~~"


def test_silence_leads_to_an_agent_when_the_tries_are_used_up() -> None:
    quiet = NoInput()
    assert step(TREE, State(menu="more"), quiet) == ask("more", 1, "no-input", "menu-more")
    assert step(TREE, State(menu="more", tries=1), quiet) == ask("more", 2, "no-input", "menu-more")
    assert step(TREE, State(menu="more", tries=2), quiet) == Decision(play=("too-many-tries",), next=ToAgents())
    # who cannot press a key is not made to hear the long first menu three times
    assert step(TREE, State(menu="root", tries=1), quiet) == Decision(play=("too-many-tries",), next=ToAgents())


def test_a_wrong_key_is_told_and_counted() -> None:
    assert press("root", "12") == ask("root", 1, "invalid", "menu-root")
    assert press("root", "11") == ask("root", 1, "invalid", "menu-root")
    assert step(TREE, State(menu="more", tries=1), Invalid()) == ask("more", 2, "invalid", "menu-more")


def test_hearing_it_again_does_not_wipe_out_the_silence_before() -> None:
    """Silence and # in turn would go on for ever otherwise."""
    state = State(menu="more")
    for given_input in (NoInput(), Pressed(digits="#"), NoInput(), Pressed(digits="#")):
        decision = step(TREE, state, given_input)
        assert isinstance(decision.next, Ask)
        state = State(menu=decision.next.menu, tries=decision.next.tries)
    assert step(TREE, state, NoInput()).next == ToAgents()


def test_a_caller_who_hung_up_gets_nothing_more() -> None:
    assert step(TREE, State(menu="root"), HungUp()) == Decision(play=(), next=Ended())


def test_a_menu_that_is_gone_becomes_the_root_menu() -> None:
    assert step(TREE, State(menu="old"), NoInput()) == ask("root", 1, "no-input", "menu-root")
    for key in ("*", "1", "2"):
        assert press("old", key) == ask("root", 0, "menu-root"), "the key was meant for another menu"
    assert press("old", "0").next == ToAgents() and press("old", "9").next == ToEmergency()


@given(STATES, INPUTS)
def test_any_state_and_input_end_in_a_decision_that_can_be_sent(state: State, given_input: Input) -> None:
    decision = step(TREE, state, given_input)
    if isinstance(decision.next, Ask):
        assert decision.next.menu in TREE.menus
        assert 0 <= decision.next.tries < TREE.menus[decision.next.menu].tries
        assert decision.play[-1] == f"menu-{decision.next.menu}"
    assert decode(encode(decision)) == decision
    assert len(encode(decision)) <= ANSWER_LIMIT


@given(STATES, st.lists(st.one_of(st.builds(NoInput), st.builds(Invalid)), min_size=20, max_size=20))
def test_who_never_finds_a_key_is_out_after_the_tries(state: State, inputs: list[Input]) -> None:
    for rounds, given_input in enumerate(inputs, start=1):
        decision = step(TREE, state, given_input)
        if not isinstance(decision.next, Ask):
            assert rounds <= 3
            assert decision.next == ToAgents()
            return
        state = State(menu=decision.next.menu, tries=decision.next.tries)
    pytest.fail("still in the menu after twenty wrong inputs")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", NoInput()),
        ("none", NoInput()),
        ("1", Pressed(digits="1")),
        ("115", Pressed(digits="115")),
        ("#", Pressed(digits="#")),
        ("x", Invalid()),
        ("1\n2", Invalid()),
        ("123456789", Invalid()),
        ("١", Invalid()),
    ],
)
def test_what_the_dialplan_sends_is_read(raw: str, expected: Input) -> None:
    assert read_key(raw) == expected


def test_the_line_for_the_dialplan() -> None:
    assert answer(TREE, "root", "start", "0") == "OK~menu~root~0~5~~hl1022/menu-root"
    assert answer(TREE, "root", "3", "0") == "OK~agents~~0~0~public-order~hl1022/connecting"
    assert answer(TREE, "root", "none", "0") == "OK~menu~root~1~5~~hl1022/no-input&hl1022/menu-root"
    assert answer(TREE, "root", "9", "0") == "OK~emergency~~0~0~~"
    assert answer(TREE, "root", "7", "2") == "OK~voicemail~~0~0~~"
    assert answer(TREE, "", "", "") == "OK~menu~root~1~5~~hl1022/no-input&hl1022/menu-root"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_words_get_an_answer_of_one_line(menu: str, key: str, tries: str) -> None:
    line = answer(TREE, menu, key, tries)
    assert line.startswith("OK~")
    assert "\n" not in line and line.isascii() and len(line) <= ANSWER_LIMIT


@pytest.mark.parametrize(
    "decision",
    [
        Decision(play=("a&b",), next=ToEmergency()),
        Decision(play=("../x",), next=ToEmergency()),
        Decision(play=(), next=ToAgents(category="a~b")),
        Decision(play=(), next=Ask(menu="a\nb", tries=0, wait_seconds=5)),
        Decision(play=tuple(f"prompt-{n}-{'x' * 20}" for n in range(60)), next=ToEmergency()),
    ],
)
def test_what_the_dialplan_could_not_take_is_refused(decision: Decision) -> None:
    with pytest.raises(InvalidValue):
        encode(decision)


@pytest.mark.parametrize("line", ["", "OK", "NO~menu~root~0~5~~", "OK~jump~root~0~5~~"])
def test_what_is_no_answer_is_refused(line: str) -> None:
    with pytest.raises(InvalidValue):
        decode(line)
