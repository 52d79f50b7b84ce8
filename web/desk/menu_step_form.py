"""The form of a step of the menu: its fields, its rows of keys, what is wrong with them before the menu itself is asked. Refuses nothing:
what was typed stays as it was typed, beside what is said of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hotline1022.core.texts import tidy
from hotline1022.ivr.types import MenuStep, MenuSteps
from hotline1022.web.desk import meanwhile
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu_step_words import target_words
from hotline1022.web.menu_edit_wire import KEYS_MOST, SPOKEN_LIMIT, TRIES, WAITS, StepBody, StepKeyBody
from hotline1022.web.page_words import words

#: as people look for them on a telephone
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#")
#: of a new step: the ways out that each step has
WAYS_OUT = (("9", "emergency"), ("0", "agents"), ("*", "back"), ("#", "repeat"))
#: the button of a row
DO = "do"
_DONE = re.compile(r"keys-(add|drop|up|down)(?:-([0-9]{1,2}))?")
_NUMBERS = {"tries": TRIES, "wait_seconds": WAITS}
_KEY = "key "


class KeyRow(NamedTuple):
    """One key as it was typed."""

    key: str = ""
    to: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is said in it."""
        return not self.key and not self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form."""

    values: Mapping[str, str]
    rows: Sequence[KeyRow]


def typed(form: Form) -> Typed:
    """What was sent."""
    given = {name: form.one(name).strip()[:40] for name in (*_NUMBERS, "no_input", "invalid")}
    given |= {"text": form.one("text").replace("\r\n", "\n").strip(), "after": form.one("after").strip()[:60]}
    rows = [
        KeyRow(*("".join(form.one(f"r{at}-{name}").split())[:60] for name in KeyRow._fields))
        for at in range(KEYS_MOST)
        if any(name in (f"r{at}-key", f"r{at}-to") for name, _ in form.pairs)
    ]
    return Typed(values=given, rows=rows)


def filled(step: MenuStep) -> Typed:
    """What stands in the form of a step as it is."""
    values = {"text": step.text, "tries": str(step.tries), "wait_seconds": str(step.wait_seconds)}
    values |= {"no_input": step.no_input, "invalid": step.invalid, "after": step.after}
    return Typed(values=values, rows=[KeyRow(one.key, one.target) for one in step.keys])


def fresh() -> Typed:
    """What stands in the form of a new step."""
    step = MenuStep(
        id="", text="", keys=(), tries=3, wait_seconds=5, no_input="no-input", invalid="invalid", after="agents"
    )
    return Typed(values=filled(step).values, rows=[KeyRow(), *(KeyRow(*one) for one in WAYS_OUT)])


def done(form: Form) -> list[KeyRow]:
    """The rows after the button of one was pressed."""
    rows = list(typed(form).rows)
    found = _DONE.fullmatch(form.one(DO))
    what, at = (found[1], int(found[2] or 0)) if found else ("", 0)
    match what:
        case "add" if len(rows) < KEYS_MOST:
            rows.append(KeyRow())
        case "drop" if at < len(rows):
            del rows[at]
        case "up" if 0 < at < len(rows):
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
        case "down" if at + 1 < len(rows):
            rows[at + 1], rows[at] = rows[at], rows[at + 1]
        case _:
            pass
    return rows


def faults(given: Typed) -> dict[str, str]:
    """Field → what is wrong with it; `r3` is the fourth row."""
    say = words()
    found: dict[str, str] = text_fault(given.values["text"])
    for name, (low, high) in _NUMBERS.items():
        number = given.values[name]
        if not (number.isascii() and number.isdecimal() and len(number) < 4 and low <= int(number) <= high):
            found[name] = say("menu-form.number", low=low, high=high)
    for at, row in enumerate(given.rows):
        if row.blank:
            continue
        if not row.key:
            found[f"r{at}"] = say("menu-form.key-missing")
        elif not row.to:
            found[f"r{at}"] = say("menu-form.target-missing", number=row.key)
        elif any(row.key == other.key for other in given.rows[:at]):
            found[f"r{at}"] = say("menu-form.key-twice", number=row.key)
    return found


def text_fault(text: str) -> dict[str, str]:
    """The same of a spoken text alone."""
    say = words()
    if not text:
        return {"text": say("menu-form.text-missing")}
    if len(text) > SPOKEN_LIMIT:
        return {"text": say("menu-form.text-long", most=SPOKEN_LIMIT)}
    return {"text": say("menu-form.text-signs")} if tidy(text, lines=True, tabs=True) is None else {}


def body_of(id: str, given: Typed) -> StepBody:
    """What the menu is asked for, once `faults` found nothing."""
    values = given.values
    return StepBody(
        id=id,
        text=tidy(values["text"], lines=True, tabs=True) or "",
        keys=tuple(StepKeyBody(key=row.key, target=row.to) for row in given.rows if not row.blank),
        tries=int(values["tries"]),
        wait_seconds=int(values["wait_seconds"]),
        no_input=values["no_input"],
        invalid=values["invalid"],
        after=values["after"],
    )


# ---------------------------------------------------------------- what somebody else changed meanwhile


def read_of(step: MenuStep) -> meanwhile.Filled:
    """For the hidden field that says what was read."""
    return meanwhile.fill(_flat(filled(step)))


def merged(form: Form, step: MenuStep, given: Typed, known: MenuSteps) -> tuple[Typed, meanwhile.Filled]:
    """What was touched here stays as it was typed, everything else follows the other; each key for itself."""
    say = words()
    now, mine = _flat(filled(step)), _flat(given)
    keys = [name for name in now | mine if name.startswith(_KEY)]
    every = dict.fromkeys(keys, "")
    names = {target: target_words(target, known) for target in (*now.values(), *mine.values()) if target}
    fields = {name: meanwhile.Field(label=say(f"menu-form.{name}")) for name in given.values}
    fields["after"] = meanwhile.Field(label=say("menu-form.after"), names=names)
    fields |= {
        name: meanwhile.Field(label=say("menu-form.key-of", number=name.removeprefix(_KEY)), names=names)
        for name in keys
    }
    fields["order"] = meanwhile.Field(label=say("menu-form.order"))
    found = meanwhile.merge(form, every | now, every | mine, fields)
    order = found.values["order"].split()
    order += [key for key in (name.removeprefix(_KEY) for name in keys) if key not in order]
    rows = [KeyRow(key, found.values.get(_KEY + key, "")) for key in order]
    values = {name: found.values[name] for name in given.values}
    return Typed(values=values, rows=[row for row in rows if row.to]), replace(found, read=read_of(step).read)


def _flat(given: Typed) -> dict[str, Any]:
    """Each key a field: one that is not there is an empty one, so that it may come and go."""
    rows = [row for row in given.rows if not row.blank]
    keys = {_KEY + row.key: row.to for row in rows}
    return {**given.values, **{_KEY + key: "" for key in PAD}, **keys, "order": " ".join(row.key for row in rows)}
