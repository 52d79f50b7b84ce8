"""The menu as frozen values: what a caller hears, which keys lead where. Knows no file, no sound and no Asterisk."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: positions in the queue that are announced by number while waiting; who is further behind hears none
LAST_POSITION = 20


class Fixed(StrEnum):
    """The prompts that the dialplan and the flow play by name; each must have a text. The value is the file's name."""

    GREETING = "greeting"
    STATIC_MENU = "static-menu"
    STATIC_CHOICES = "static-choices"
    NO_INPUT = "no-input"
    INVALID = "invalid"
    TOO_MANY_TRIES = "too-many-tries"
    CONNECTING = "connecting"
    PLEASE_WAIT = "please-wait"
    ALL_BUSY = "all-busy"
    NEXT_IN_LINE = "next-in-line"
    POSITION = "position"
    POSITION_END = "position-end"
    WAIT_ABOUT = "wait-about"
    WAIT_MINUTES = "wait-minutes"
    WAIT_SHORT = "wait-short"
    PRESS_STAR = "press-star"
    NO_AGENTS = "no-agents"
    WAITED_LONG = "waited-long"
    VOICEMAIL = "voicemail"
    VOICEMAIL_THANKS = "voicemail-thanks"
    VOICEMAIL_EMPTY = "voicemail-empty"
    VOICEMAIL_CLOSED = "voicemail-closed"
    VOICEMAIL_LATER = "voicemail-later"
    EMERGENCY_AGAIN = "emergency-again"
    EMERGENCY_AGENT = "emergency-agent"
    ECHO_TEST = "echo-test"
    AGENT_ENTER_ID = "agent-enter-id"
    AGENT_ENTER_PIN = "agent-enter-pin"
    AGENT_WRONG_PIN = "agent-wrong-pin"
    AGENT_LOGGED_IN = "agent-logged-in"
    AGENT_LOGGED_OUT = "agent-logged-out"
    AGENT_NOT_LOGGED_IN = "agent-not-logged-in"
    AGENT_LINE_IN_USE = "agent-line-in-use"
    AGENT_ON_OTHER_LINE = "agent-on-other-line"
    AGENT_ENTER_REASON = "agent-enter-reason"
    AGENT_WRONG_REASON = "agent-wrong-reason"
    AGENT_PAUSED = "agent-paused"
    AGENT_UNPAUSED = "agent-unpaused"
    AGENT_TRY_LATER = "agent-try-later"
    AGENT_EMERGENCY = "agent-emergency"
    AGENT_NOBODY = "agent-nobody"
    CALLBACK_NOTICE = "callback-notice"
    CASCADE_WAIT = "cascade-wait"
    CASCADE_LEADER = "cascade-leader"
    CASCADE_BACK = "cascade-back"
    CASCADE_KEPT = "cascade-kept"
    CASCADE_AGAIN = "cascade-again"
    CASCADE_KEPT_PLAIN = "cascade-kept-plain"
    CASCADE_ZERO = "cascade-zero"
    CASCADE_ABOUT = "cascade-about"
    CASCADE_FIELD = "cascade-field"
    CASCADE_PRESS = "cascade-press"
    TICKET_ENTER_CODE = "ticket-enter-code"
    TICKET_WRONG_CODE = "ticket-wrong-code"
    TICKET_TO_AGENT = "ticket-to-agent"
    TICKET_LATER = "ticket-later"
    TICKET_AWAY = "ticket-away"
    TICKET_AFTER = "ticket-after"
    TICKET_STATE_NEW = "ticket-state-new"
    TICKET_STATE_FORWARDED = "ticket-state-forwarded"
    TICKET_STATE_ACCEPTED = "ticket-state-accepted"
    TICKET_STATE_WITH_LEADER = "ticket-state-with-leader"
    TICKET_STATE_EXTENDED = "ticket-state-extended"
    TICKET_STATE_WAITING = "ticket-state-waiting"
    TICKET_STATE_RETURNED = "ticket-state-returned"
    TICKET_STATE_ANSWERED = "ticket-state-answered"
    TICKET_STATE_REOPENED = "ticket-state-reopened"
    TICKET_STATE_COMPLETED = "ticket-state-completed"
    TICKET_STATE_REFUSED = "ticket-state-refused"
    TICKET_AGENCY = "ticket-agency"
    TICKET_AGENCY_OTHER = "ticket-agency-other"
    TICKET_MADE_ON = "ticket-made-on"
    TICKET_ANSWER_BY = "ticket-answer-by"
    TICKET_ANSWERED_ON = "ticket-answered-on"
    TICKET_CLOSED_ON = "ticket-closed-on"
    DATE_DAY = "date-day"
    DATE_MONTH = "date-month"
    DATE_YEAR = "date-year"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMenu:
    """Go on with another menu."""

    menu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """Speak a text, then ask the same menu again."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """To the agents' queue."""

    #: id of the category the caller chose; "" when none was
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """To 115."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail:
    """Leave a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Speak this menu again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """To the menu this one was reached from; from the root, the root again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What became of a ticket, by its code."""


#: what a key leads to
Target = ToMenu | Information | Agents | Emergency | Voicemail | Status | Repeat | Back
#: what may follow when the tries are used up: places that are no menu, so that nobody goes round for ever
Exit = Agents | Emergency | Voicemail


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One key of a menu."""

    #: one of 0-9, * and #
    key: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """One question to the caller."""

    id: str
    #: what is spoken, in one piece
    text: str
    choices: tuple[Choice, ...]
    #: how many times in all the caller may say nothing or press a wrong key, from 1
    tries: int
    #: silence after the text that counts as no input, in seconds
    wait_seconds: int
    #: prompt played before the text when nothing was pressed
    no_input: str
    #: prompt played before the text when the key leads nowhere
    invalid: str
    #: what follows when the tries are used up
    after: Exit
    #: the menu that Back leads to
    parent: str

    def target(self, key: str) -> Target | None:
        """Where `key` leads, or None."""
        return next((choice.target for choice in self.choices if choice.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency that answers for a category."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A field of concern (lĩnh vực) with its lead agency."""

    id: str
    name: str
    #: id of the lead agency
    agency: str
    #: where a call of this category goes: "agents" (the queue) or "emergency" (115)
    goes_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How espeak-ng speaks."""

    #: espeak-ng's voice: vi, vi-vn-x-central or vi-vn-x-south
    name: str
    #: words a minute
    speed: int
    #: 0 to 99
    pitch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuTree:
    """The whole menu file."""

    #: the file it was read from, for messages
    source: str
    #: id of the menu that follows the greeting
    root: str
    menus: Mapping[str, Menu]
    #: information id → spoken text
    information: Mapping[str, str]
    #: prompt key → spoken text
    prompts: Mapping[str, str]
    #: name of a sound that Asterisk itself plays → spoken text
    sounds: Mapping[str, str]
    categories: tuple[Category, ...]
    agencies: tuple[Agency, ...]
    voice: Voice
    #: how a printed word is spoken: "1022" → "một không hai hai"
    pronounce: Mapping[str, str]
    #: what is odd but no hindrance, ready to be shown
    warnings: tuple[str, ...] = ()
    #: what was allowed when it was put in force and is refused today: it goes on with that, and nothing is published so
    outdated: tuple[str, ...] = ()


def menu_prompt(menu_id: str) -> str:
    """Prompt key of a menu's text."""
    return f"menu-{menu_id}"


def information_prompt(information_id: str) -> str:
    """Prompt key of an information text."""
    return f"info-{information_id}"


def agency_prompt(agency: str) -> str:
    """Prompt key of an agency's name."""
    return f"agency-{agency}"


def agency_texts(names: Mapping[str, str]) -> dict[str, str]:
    """What is said of agencies (id → name): prompt key → text."""
    return {agency_prompt(id): f"{name}." for id, name in names.items()}


def about_prompt(category: str) -> str:
    """Prompt key of what somebody at an agency hears who is called for a citizen; "" = of no category."""
    return f"about-{category}" if category else "about"


def about_texts(said: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Who calls about what, and which keys take and refuse: prompt key → text, for each category (id → name; "" → "" = none).

    `said`: the texts of the menu's prompts; nothing without those that it is put together from.
    """
    if not {Fixed.CASCADE_ABOUT, Fixed.CASCADE_FIELD, Fixed.CASCADE_PRESS} <= said.keys():
        return {}
    word = said[Fixed.CASCADE_FIELD]
    found = {}
    for id, name in names.items():
        field = name if name.lower().startswith(word.lower()) else f"{word} {name}"
        parts = (said[Fixed.CASCADE_ABOUT], f"{field}." if name else "", said[Fixed.CASCADE_PRESS])
        found[about_prompt(id)] = " ".join(filter(None, parts))
    return found


def position_language(position: int) -> str:
    """The language in which Asterisk finds the announcement of this position, counted from 1; `vi` beyond the last one."""
    return f"vi_{position}" if position <= LAST_POSITION else "vi"


def position_texts(tree: MenuTree) -> dict[str, str]:
    """What somebody hears from time to time who waits at a position: language → text; nothing without its parts."""
    said = tree.prompts
    if not {Fixed.NEXT_IN_LINE, Fixed.POSITION, Fixed.POSITION_END, Fixed.PRESS_STAR} <= said.keys():
        return {}
    places = {1: said[Fixed.NEXT_IN_LINE]}
    places |= {n: f"{said[Fixed.POSITION]} {n} {said[Fixed.POSITION_END]}" for n in range(2, LAST_POSITION + 1)}
    return {position_language(n): f"{place} {said[Fixed.PRESS_STAR]}" for n, place in places.items()}


def texts(tree: MenuTree) -> dict[str, str]:
    """Every prompt key of the menu with its text: the fixed ones, one for each menu, information and agency."""
    spoken = dict(tree.prompts)
    spoken.update({menu_prompt(menu.id): menu.text for menu in tree.menus.values()})
    spoken.update({information_prompt(id): text for id, text in tree.information.items()})
    spoken.update(agency_texts({agency.id: agency.name for agency in tree.agencies}))
    spoken.update(about_texts(tree.prompts, {"": "", **{one.id: one.name for one in tree.categories}}))
    return spoken
