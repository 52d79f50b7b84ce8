"""What services say in English, in words of pages: why nothing is deleted, what is wrong with deadlines, the detail of alarms.
Refuses nothing: what has no words here stays as the service said it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from hotline1022.audit.types import Fault
from hotline1022.core.clock import PROVINCE, written
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.render import told_id
from hotline1022.web.page_words import words

#: what is said, with holes → word of a table
Said = Sequence[tuple[str, str]]

#: how services write a moment or a day, on the province's clock
_AT = r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?"
#: as gateways call themselves
_GATEWAYS = r"folder|mail|smpp|speedsms|esms"
_NIGHT = r"stamp of the audit|nightly look at the evidence"
#: what ends with the id of an error, whose words are told instead of its own text
_WITH_ID = re.compile(r"(?P<said>.*) \[(?P<id>[a-z0-9-]+)\]", re.DOTALL)
#: recordings/retention.py, service/retention/terms_book.py
_DOUBT: Said = (
    (r"the audit has no daily looks yet; retention begins when it has them for (?P<days>\d+) days", "no-looks"),
    (rf"the last entry of the audit is of (?P<last>{_AT}), which is still to come; .*", "to-come"),
    (rf"the clock went back from (?P<before>{_AT}) to (?P<after>{_AT}); .* on (?P<until>{_AT})", "went-back"),
    (rf"from (?P<before>{_AT}) to (?P<after>{_AT}) the audit has no daily look; .* on (?P<until>{_AT})", "gap"),
    (rf"the audit has daily looks since (?P<since>{_AT}) alone; .* on (?P<until>{_AT})", "few-looks"),
    (r"the audit tells of days that were decided at the desk, and they are gone .*", "days-gone"),
    (r"version (?P<number>\d+) of the days is not what the audit tells; .*", "days-differ"),
)
#: tickets/policy.py, service/tickets/deadlines_view.py
_POLICY: Said = (
    (r"deadlines: (?P<place>\S+): is no length of time; .*", "no-length"),
    (r"deadlines: (?P<place>\S+): is no clock; .*", "no-clock"),
    (r"deadlines: (?P<place>\S+): are no hours; .*", "no-hours"),
    (r"deadlines: (?P<place>\S+): are no weekdays; .*", "no-weekdays"),
    (r"deadlines: (?P<place>\S+): are no days; .*", "no-days"),
    (r"deadlines: (?P<place>\S+): is no number of days; write 1 to (?P<most>\d+)", "no-number"),
    (rf"deadlines: (?P<place>\S+): (?P<day>{_AT}) is in worked too; .*", "both"),
    (r"category (?P<category>\S+) is there twice for (?P<urgency>\S+); .*", "twice"),
    (r"category (?P<category>\S+) has nothing of its own for (?P<urgency>\S+); .*", "nothing"),
    (r"the calendar of the offices has no open day .*", "never"),
)
#: where alarms are rung
_ALARM: Said = (
    (r"line (?P<line>\S+), person (?P<person>[^\s:]+)(?:: called again)?", "line"),
    (rf"ticket (?P<code>[\d ]+), \S+, no agency yet: due (?P<due>{_AT})", "ticket-of-nobody"),
    (rf"ticket (?P<code>[\d ]+), \S+, (?P<agency>.+): due (?P<due>{_AT})", "ticket"),
    (r"(?P<name>[^;]+) has no (?P<role>specialist|leader); ask it for a letter that names one", "nobody"),
    (r"and (?P<count>\d+) more, see hotline1022 directory check", "more"),
    (r"nothing of what is due was deleted: a backup was being made .*", "backup-all-night"),
    (r"nothing was deleted: (?P<doubt>.*)", "nothing-deleted"),
    (
        r"(?P<many>\d+) (?P<what>recordings|calls) are due, (?P<lately>\d+) went .* (?P<left>\d+) go tonight\. .*",
        "many",
    ),
    (r"files of call (?P<call>\S+) cannot be deleted: .*", "stuck"),
    (r"version (?P<number>\d+) of the menu is not in force, .*", "menu"),
    (r"(?P<count>\d+) files of backup (?P<name>\S+) are not as the database promises", "backup-wrong"),
    (r"the backup has made no progress for (?P<hours>\S+) h; .*", "backup-stuck"),
    (r"the nightly look at the evidence comes to no end; .*", "no-end"),
    (r"the audit's chain is not stamped", "not-stamped"),
    (rf"the last (?P<night>{_NIGHT}) is of (?P<last>{_AT}), which is still to come: .*", "ahead"),
    (rf"there is no (?P<night>{_NIGHT}) yet, and its first entry is of (?P<first>{_AT})", "none-yet"),
    (rf"the last (?P<night>{_NIGHT}) is of (?P<last>{_AT}): none since", "old"),
    (r"no emergency number answered", "emergency"),
    (r"only (?P<room>\d+) MiB \((?P<share>\S+) %\) are free below (?P<folder>\S+); .*", "disk-room"),
    (r"only (?P<files>\d+) more files \((?P<share>\S+) %\) can be made below (?P<folder>\S+) .*", "disk-files"),
    (r"nothing more may be written below (?P<folder>\S+): its quota is used up; .*", "disk-quota"),
    (r"the disk of (?P<folder>\S+) cannot be looked at or written .*", "disk-away"),
    (rf"(?P<gateway>{_GATEWAYS}): (?P<error>[a-z-]+)", "gateway"),
    (r"(?P<channel>sms|email) (?P<gateway>\w*): not written", "message-not-written"),
    (r"(?P<channel>sms|email) (?P<gateway>\w*): (?P<state>failed|unknown), (?P<error>[a-z-]*)", "message"),
    (r"(?P<name>.+) \(\w+\): (?P<webhook_error>webhook-[a-z-]+)", "webhook"),
    (r"(?P<part>.+) broke \((?P<kind>.+)\); calls go on, .*", "part"),
    (r"its history cannot be read, .*", "history"),
    (r"a row of the audit cannot be read; .*", "row"),
    (r"(?P<found>\d+) findings: .*", "findings"),
    (r"and (?P<found>\d+) more; run hotline1022 evidence verify", "findings-more"),
    (rf"(?P<fault>{'|'.join(Fault)}): .*", "fault"),
)
#: details that say more than one thing: where the next one begins
_NEXT = re.compile(r"; (?=the last |there is no |and \d+ more)|(?<=names one); ")


def in_words(said: str, table: str, patterns: Said, spoken: Mapping[str, Callable[[str], str]] | None = None) -> str:
    """The first that fits, in the words of its table; `spoken`: how the value of a hole is written."""
    for pattern, word in patterns:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            holes = {name: (spoken or {}).get(name, _value)(value) for name, value in found.groupdict().items()}
            return words()(f"{table}.{word}", **holes)
    return said


def doubt_words(said: str) -> str:
    """Why nothing is deleted although it is due."""
    return in_words(said, "doubt", _DOUBT)


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
    return " ".join(in_words(line, "policy-fault", _POLICY, spoken) for line in said.splitlines())


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
        "share": lambda one: one.replace(".", ","),
        "gateway": lambda one: say.or_itself("gateway", one),
        "channel": lambda one: say(f"message-channel.{one}"),
        "state": lambda one: say(f"message-state.{one}"),
        "error": lambda one: say.or_itself("gateway-error", one),
        "webhook_error": lambda one: say.or_itself("webhook-error", one),
        "fault": lambda one: say(f"fault.{one}"),
        "role": lambda one: say(f"story.role.{one}"),
        "what": lambda one: say(f"alarm-said.what-{one}"),
        **dict.fromkeys(("count", "many", "lately", "left", "room", "files", "found"), lambda one: count(int(one))),
        "night": lambda one: say("alarm-said.stamp" if one.startswith("stamp") else "alarm-said.look"),
    }
    told = " ".join(in_words(one, "alarm-said", _ALARM, spoken) for one in _NEXT.split(said))
    if told == said and why:  # nothing but the text of the error, which its id tells
        return why
    return " ".join(filter(None, (told, why)))


def _urgency(one: str) -> str:
    return words().or_itself("urgency", one)


def _value(text: str) -> str:
    """Moments and days as Vietnamese is written."""
    if re.fullmatch(_AT, text):
        at = datetime.fromisoformat(text)
        return written(at.replace(tzinfo=PROVINCE)) if " " in text else f"{date.fromisoformat(text):%d/%m/%Y}"
    return text
