"""Faults and oddities of a menu as its page tells them. Refuses nothing: what has no words here stays as the check said it."""

import re

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
    (r"the category (?P<id>\S+) \((?P<name>.+)\) is not in the directory; .*", "not-in-directory"),
    (r"the category (?P<id>\S+) \((?P<name>.+)\) is not in force in the directory; .*", "not-in-force"),
)


def fault_words(said: str) -> str:
    """In the language of the pages."""
    for pattern, word in _SAID:
        if found := re.fullmatch(pattern, said):
            return words()(f"menu-fault.{word}", **found.groupdict())
    return said
