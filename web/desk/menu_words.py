"""Faults and oddities of a menu as its page tells them. Refuses nothing: what has no words here stays as the check said it."""

import re

from hotline1022.web.desk.render import told_id
from hotline1022.web.desk.service_words import in_words, parted
from hotline1022.web.page_words import words

#: what the check says, with holes → word of the table `fault`; the first that fits
_SAID = (
    (r"this is not TOML: (?P<why>.*); mend the line", "not-toml"),
    (r"(?P<name>.+) is there already in line (?P<line>\d+); keep one of them", "twice"),
    (r"(?P<name>\S+) is not known here; leave it out, or use one of: (?P<known>.*)", "unknown-field"),
    (r'(?P<name>\S+) is missing; add .* = "\.\.\."', "missing"),
    (r"(?P<name>\S+) must be a text; put it in quotation marks", "not-text"),
    (r"(?P<name>\S+) is empty; write what is to be spoken or named", "empty"),
    (r"(?P<name>\S+) must be a whole number from (?P<low>.+) to (?P<high>.+)", "not-number"),
    (r"(?P<name>\S+) must be a table: .*", "not-table"),
    (r"(?P<name>\S+) must be written as (?P<form>\[\[.*\]\])", "not-list"),
    (r"(?P<name>.+) is no id; use a-z, 0-9 and -, at most 40 letters", "no-id"),
    (r"(?P<name>.+) is no name; use a-z, 0-9 and - only", "no-name"),
    (r"there is no menu; add \[menus\.root\] .*", "no-menus"),
    (r'goes_to must be "agents" or "emergency"', "goes-to"),
    (r"(?P<name>.+) is no Vietnamese voice of espeak-ng; .*", "voice"),
    (r"menu (?P<menu>\S+) has no way out: after the last try .*", "no-end"),
    (r"menu (?P<menu>\S+) has no way out to 115; .*", "no-emergency"),
    (r"menu (?P<menu>\S+) has no way out to \S.*; .*", "no-agent"),
    (r"key (?P<number>\S+) always leads to .*; write (?P<right>.*)", "fixed-key"),
    (r"(?P<number>.+) cannot be a key: .*; leave it out", "no-key"),
    (r"(?P<name>.+) leads nowhere; use (?P<known>.*)", "nowhere"),
    (r"the (?:prompt|sound) (?P<name>\S+) has no text; .*", "no-text"),
    (r"there is no menu (?P<name>\S+); .*", "no-menu"),
    (r"there is no information (?P<name>\S+); .*", "no-information"),
    (r"there is no category (?P<name>\S+); .*", "no-category"),
    (r"there is no agency (?P<name>\S+); .*", "no-agency"),
    (r"the id (?P<name>\S+) is there already; .*", "same-id"),
    (r"(?P<name>\S+) may be the name of a text that the menu makes itself; .*", "own-name"),
    (r"no key leads to menu (?P<name>\S+)", "unreached-menu"),
    (r"no key leads to information (?P<name>\S+)", "unreached-information"),
    (r"the text of menu (?P<menu>\S+) does not speak of key (?P<number>\S+)", "unspoken-key"),
    (r"the text of menu (?P<menu>\S+) offers key (?P<number>\S+), which leads nowhere", "offered-key"),
    (r"the prompt (?P<name>\S+) is never played", "unplayed"),
    (r"the answer has (?P<length>\d+) characters, .*", "too-long"),
    (r"(?P<name>.+) cannot be sent to the dialplan: .*", "no-id"),
    (r"the prompt (?P<name>\S+) has a recording: .*", "recorded"),
    (r"the category (?P<id>\S+) \((?P<name>.+)\) is not in the directory; .*", "not-in-directory"),
    (r"the category (?P<id>\S+) \((?P<name>.+)\) is not in force in the directory; .*", "not-in-force"),
)


def trouble_words(said: str) -> str:
    """Why the newest menu is not in force; "" = it is."""
    text, id = parted(said)
    if not id:
        return words()("menu.being-put") if said else ""
    return " ".join((told_id(id), *map(_line, text.splitlines()))) if id == "menu-invalid" else told_id(id)


def _line(text: str) -> str:
    """`menu.toml:4: what is wrong` in words."""
    if not (found := re.fullmatch(r"[^\n]*?:(?P<line>\d+): (?P<said>.*)", text)):
        return fault_words(text)
    return f"{words()('menu.line', line=found['line'])} {fault_words(found['said'])}"


def fault_words(said: str, *, form: bool = False) -> str:
    """In the language of the pages; `form`: on the form of a step, where nobody sees the text that is spoken of."""
    if form:
        known = words().texts
        shown = in_words(said, "menu-form-fault", [one for one in _SAID if f"menu-form-fault.{one[1]}" in known])
        if shown != said:
            return shown
    return in_words(said, "menu-fault", _SAID)
