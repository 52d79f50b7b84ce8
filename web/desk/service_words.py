"""What services say in English, in words of pages: why nothing is deleted, what is wrong with deadlines, the detail of alarms. They say
it by the sentences of core/sentences.py, and the catalogue has words under the same keys. Refuses nothing: what is no such sentence
stays as the service said it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from hotline1022.core.clock import PROVINCE, written
from hotline1022.core.said import MOMENTS, understood
from hotline1022.core.words import day_written, decimal_written
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.render import told_id
from hotline1022.web.page_words import words

#: patterns of what is said, with holes → word of a table
Forms = Sequence[tuple[str, str]]
#: how the value of a hole is written
Spoken = Mapping[str, Callable[[str], str]]

#: what ends with the id of an error, whose words are told instead of its own text
_WITH_ID = re.compile(r"(?P<said>.*) \[(?P<id>[a-z0-9-]+)\]", re.DOTALL)

#: stands before each fault of deadlines
_SOURCE = "deadlines: "


def in_words(said: str, table: str, patterns: Forms) -> str:
    """The first that fits, in the words of its table."""
    for pattern, word in patterns:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return words()(f"{table}.{word}", **found.groupdict())
    return said


def _told(text: str, table: str, spoken: Spoken | None = None) -> str:
    """Sentences of a table, in the words of the catalogue."""
    say = words()
    found = understood(text, table)
    if found is None:
        return text
    return " ".join(
        say(one.id, **{name: _value(name, value, spoken or {}) for name, value in one.values.items()}) for one in found
    )


def doubt_words(said: str) -> str:
    """Why nothing is deleted although it is due."""
    return _told(said, "doubt")


def policy_words(said: str, categories: Mapping[str, str]) -> str:
    """All faults of deadlines; `categories`: their names by id."""
    say = words()

    def place(text: str) -> str:
        match text.split("."):
            case ["categories", category, urgency, field]:
                name = categories.get(category, category)
                return say(
                    "policy-fault.place", urgency=f"{name}, {_urgency(urgency)}", field=say(f"deadlines.{field}")
                )
            case ["extension", _]:
                return say("deadlines.longest")
            case ["offices", field]:
                return say(f"deadlines.{field}")
            case [urgency, field]:
                return say("policy-fault.place", urgency=_urgency(urgency), field=say(f"deadlines.{field}"))
        return text

    spoken = {"place": place, "category": lambda id: categories.get(id, id), "urgency": _urgency}
    return " ".join(_told(line.removeprefix(_SOURCE), "policy-fault", spoken) for line in said.splitlines())


def parted(text: str) -> tuple[str, str]:
    """What is said, and the id of the error that it ends with; "" for none."""
    found = _WITH_ID.fullmatch(text)
    return (found["said"], found["id"]) if found else (text, "")


def alarm_words(detail: str) -> str:
    """The detail of an alarm; that of an error within it by its id."""
    said, id = parted(detail)
    why = told_id(id)
    say = words()
    spoken = {
        "doubt": doubt_words,
        "share": decimal_written,
        "gateway": lambda one: say.or_itself("gateway", one),
        "channel": lambda one: say.or_itself("message-channel", one),
        "state": lambda one: say.or_itself("message-state", one),
        "error": lambda one: say.or_itself("gateway-error", one),
        "webhook_error": lambda one: say.or_itself("webhook-error", one),
        "fault": lambda one: say.or_itself("fault", one),
        "role": lambda one: say.or_itself("story.role", one),
        "what": lambda one: say.or_itself("alarm-said", f"what-{one}"),
        **dict.fromkeys(("count", "many", "lately", "left", "room", "files", "found"), lambda one: count(int(one))),
        "night": lambda one: say("alarm-said.stamp" if one.startswith("stamp") else "alarm-said.look"),
    }
    told = _told(said, "alarm-said", spoken)
    if told == said and why:  # nothing but the text of the error, which its id tells
        return why
    return " ".join(filter(None, (told, why)))


def _urgency(one: str) -> str:
    return words().or_itself("urgency", one)


def _value(name: str, text: str, spoken: Spoken) -> str:
    """As the language writes it; only what is a moment or a day becomes one: a backup, a webhook may have such a name."""
    if name in spoken:
        return spoken[name](text)
    if name in MOMENTS:
        with suppress(ValueError):  # none that there is, written down by somebody else
            at = datetime.fromisoformat(text)
            return written(at.replace(tzinfo=PROVINCE)) if " " in text else day_written(date.fromisoformat(text))
    return text
