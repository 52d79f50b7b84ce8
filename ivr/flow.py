"""From a menu and a key press to what comes next, as a pure function. Plays nothing, waits for nothing, never fails.

9 and 115 lead to 115 and 0 leads to the agents in every menu, whatever the menu file says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from hotline1022.core.errors import Invalid as InvalidValue
from hotline1022.ivr.model import (
    Agents,
    Back,
    Emergency,
    Exit,
    Fixed,
    Information,
    Menu,
    MenuTree,
    Repeat,
    Status,
    Target,
    ToMenu,
    Voicemail,
    information_prompt,
    menu_prompt,
)

#: longest answer that the dialplan's channel variable takes, in characters
ANSWER_LIMIT = 1_500
#: folder of the prompts below the language's sounds
PROMPT_FOLDER = "hl1022"
#: what a caller may key for 115 in any menu
EMERGENCY_KEYS = frozenset({"9", "115"})
#: what a caller may key for an agent in any menu
AGENT_KEY = "0"
#: prompt keys and ids: they become file names and travel in the answer, so nothing else is let in
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """The caller pressed these keys."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoInput:
    """The caller said nothing until the wait was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """Something came that is no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The caller is gone."""


Input = Pressed | NoInput | Invalid | HungUp


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the caller is."""

    menu: str
    #: how often in a row nothing or a wrong key came, from 0
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Wait for the next key; keys work while the prompts speak."""

    menu: str
    tries: int
    #: silence after the prompts that counts as no input, in seconds
    wait_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAgents:
    """Join the agents' queue."""

    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToEmergency:
    """Call 115."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVoicemail:
    """Take a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToStatus:
    """Ask for a ticket's code, and tell what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Nothing more: the caller is gone."""


Next = Ask | ToAgents | ToEmergency | ToVoicemail | ToStatus | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is played, in order, and what follows."""

    #: prompt keys
    play: tuple[str, ...]
    next: Next


def read_key(raw: str) -> Input:
    """What the dialplan sent as the key: "" and "none" are no input, anything but 0-9, * and # is invalid."""
    if raw in ("", "none"):
        return NoInput()
    if len(raw) <= 8 and re.fullmatch(r"[0-9*#]+", raw):
        return Pressed(digits=raw)
    return Invalid()


def answer(tree: MenuTree, menu: str, key: str, tries: str) -> str:
    """The answer to the dialplan's question in its own words: menu id, key (`start` after the greeting), tries."""
    if key == "start":
        return encode(opening(tree))
    failed = int(tries) if re.fullmatch(r"[0-9]{1,3}", tries) else 0
    return encode(step(tree, State(menu=menu, tries=failed), read_key(key)))


def opening(tree: MenuTree) -> Decision:
    """The first decision, after the greeting: the root menu."""
    return _ask(tree.menus[tree.root], 0)


def step(tree: MenuTree, state: State, given: Input) -> Decision:
    """What comes next. Where the menu is no longer there (it was changed in mid-call), the root menu is spoken.

    The key was meant for the menu that is gone, so it chooses nothing in the root menu; 115 and 0 mean the same anywhere.
    """
    menu = tree.menus.get(state.menu)
    if menu is None:
        if isinstance(given, Pressed) and given.digits not in {*EMERGENCY_KEYS, AGENT_KEY}:
            return opening(tree)
        menu = tree.menus[tree.root]
    tries = max(0, state.tries)
    match given:
        case HungUp():
            return Decision(play=(), next=Ended())
        case NoInput():
            return _again(menu, tries, menu.no_input)
        case Invalid():
            return _again(menu, tries, menu.invalid)
        case Pressed(digits=digits):
            if digits in EMERGENCY_KEYS:
                return _leave(Emergency())
            target = menu.target(digits)
            if target is None and digits == AGENT_KEY:
                target = Agents()
            if target is None:
                return _again(menu, tries, menu.invalid)
            return _go(tree, menu, tries, target)
        case _:
            assert_never(given)


def _go(tree: MenuTree, menu: Menu, tries: int, target: Target) -> Decision:
    match target:
        case ToMenu(menu=other):
            return _ask(tree.menus[other], 0)
        case Back():
            return _ask(tree.menus[menu.parent], 0)
        case Repeat():
            return _ask(menu, min(tries, menu.tries - 1))
        case Information(id=id):
            return _ask(menu, 0, information_prompt(id))
        case Status():
            return Decision(play=(), next=ToStatus())
        case Agents() | Emergency() | Voicemail():
            return _leave(target)
        case _:
            assert_never(target)


def _ask(menu: Menu, tries: int, *first: str) -> Decision:
    return Decision(
        play=(*first, menu_prompt(menu.id)), next=Ask(menu=menu.id, tries=tries, wait_seconds=menu.wait_seconds)
    )


def _again(menu: Menu, tries: int, prompt: str) -> Decision:
    if tries + 1 >= menu.tries:
        return _leave(menu.after, Fixed.TOO_MANY_TRIES if isinstance(menu.after, Agents) else None)
    return _ask(menu, tries + 1, prompt)


def _leave(exit: Exit, prompt: str | None = Fixed.CONNECTING) -> Decision:
    """115 and the voicemail speak for themselves in the dialplan, which reaches them without this function too."""
    match exit:
        case Agents(category=category):
            return Decision(play=(str(prompt),) if prompt else (), next=ToAgents(category=category))
        case Emergency():
            return Decision(play=(), next=ToEmergency())
        case Voicemail():
            return Decision(play=(), next=ToVoicemail())
        case _:
            assert_never(exit)


def every_decision(tree: MenuTree) -> Iterator[tuple[str, Decision]]:
    """Each decision that the menu can come to, with the id of the menu it is made in."""
    yield tree.root, opening(tree)
    for menu in tree.menus.values():
        inputs: list[Input] = [NoInput(), Invalid(), Pressed(digits="115"), Pressed(digits=AGENT_KEY)]
        inputs += [Pressed(digits=choice.key) for choice in menu.choices]
        for given in inputs:
            for tries in range(menu.tries):
                yield menu.id, step(tree, State(menu=menu.id, tries=tries), given)


def encode(decision: Decision) -> str:
    """The one line for the dialplan: `OK~next~menu~tries~wait seconds~category~prompt&prompt`.

    next is menu, agents, emergency, voicemail or status (`ended` when the caller was gone already); fields that mean
    nothing there are empty, tries and wait are then 0.
    """
    menu, tries, wait, category = "", 0, 0, ""
    match decision.next:
        case Ask():
            word, menu, tries, wait = "menu", decision.next.menu, decision.next.tries, decision.next.wait_seconds
        case ToAgents():
            word, category = "agents", decision.next.category
        case ToEmergency():
            word = "emergency"
        case ToVoicemail():
            word = "voicemail"
        case ToStatus():
            word = "status"
        case Ended():
            word = "ended"
        case _:
            assert_never(decision.next)
    for name in (*decision.play, *filter(None, (menu, category))):
        if not NAME.fullmatch(name):
            raise InvalidValue(f"{name!r} cannot be sent to the dialplan: use a-z, 0-9 and - only, at most 40 letters")
    files = "&".join(f"{PROMPT_FOLDER}/{key}" for key in decision.play)
    answer = f"OK~{word}~{menu}~{tries}~{wait}~{category}~{files}"
    if len(answer) > ANSWER_LIMIT:
        raise InvalidValue(
            f"the answer has {len(answer)} characters, the dialplan takes {ANSWER_LIMIT}: shorten the ids"
        )
    return answer


def decode(answer: str) -> Decision:
    """The decision that `encode` wrote."""
    fields = answer.split("~")
    if len(fields) != 7 or fields[0] != "OK":
        raise InvalidValue(f"{answer!r} is no answer of the menu: seven fields that begin with OK are expected")
    _, word, menu, tries, wait, category, files = fields
    following: Next
    match word:
        case "menu":
            following = Ask(menu=menu, tries=int(tries), wait_seconds=int(wait))
        case "agents":
            following = ToAgents(category=category)
        case "emergency":
            following = ToEmergency()
        case "voicemail":
            following = ToVoicemail()
        case "status":
            following = ToStatus()
        case "ended":
            following = Ended()
        case _:
            raise InvalidValue(f"{word!r} is no step: menu, agents, emergency, voicemail, status or ended")
    return Decision(
        play=tuple(file.removeprefix(f"{PROMPT_FOLDER}/") for file in files.split("&") if file), next=following
    )
