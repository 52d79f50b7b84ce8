"""Texts of messages, as an admin reads, tries and changes them. Refuses what is no message and what somebody else changed meanwhile;
what was typed stays on the page.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, check_length
from hotline1022.notify.types import Channel, Encoding, MessageClass, TemplateVersion, Wording
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of
from hotline1022.web.desk.render import moment, show, told
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.templates_wire import (
    NOTE_MOST,
    SUBJECT_MOST,
    TEXT_MOST,
    TemplateChecked,
    TemplateDetail,
    TemplateRemark,
    TemplateRow,
)

LIST = "/desk/messages"
PAGE = f"{LIST}/templates"
#: in the order in which a ticket lives, then what is told of alarms
_EVENTS = (
    "made",
    "taken",
    "forwarded",
    "with-leader",
    "answered",
    "extended",
    "completed",
    "reminder",
    "overdue",
    "taken-over",
    "rang",
    "over",
)
_ALPHABETS = (Encoding.GSM7, Encoding.UCS2)
PARTS = range(1, 6)


async def list_templates(ask: Ask) -> web.Response:
    """All, by what happens."""
    found = {one.name: one for one in await ask.ports.templates.list()}
    groups = []
    for event in _EVENTS:
        mine = [found[name] for name in sorted(found) if name.split(".")[1] == event]
        groups.append({"event": event, "rows": [_row(one) for one in mine]})
    return show(ask, "messages", groups=groups)


async def show_template(ask: Ask) -> web.Response:
    """One."""
    query: DoneQuery = ask.query
    number = query.count if query.count.isdecimal() else "?"
    said = words()("template.saved", number=number) if query.done == "saved" else ""
    return await _page(ask, said=said)


async def try_template(ask: Ask) -> web.Response:
    """What is typed, as people would get it: no act, and no fault of whoever types."""
    return await _page(ask, _typed(ask.body), tried=True)


async def save_template(ask: Ask) -> web.Response:
    """Put it in force."""
    form: Form = ask.body
    name, note = ask.path["template"], form.one("note").strip()[:NOTE_MOST]
    try:
        check_length("text", _typed(form).text, TEXT_MOST)
        done = await ask.ports.templates.save(name, _typed(form), seen=form.number("seen"), note=note, by=who(ask))
    except HotlineError as error:
        return await _page(ask, _typed(form), error, note=note)
    return see(f"{PAGE}/{name}?done=saved&count={done.number}")


async def back(ask: Ask) -> web.Response:
    """An earlier version, or the file's."""
    form: Form = ask.body
    name = ask.path["template"]
    try:
        done = await ask.ports.templates.back(
            name, form.number("version"), seen=form.number("seen"), note="", by=who(ask)
        )
    except HotlineError as error:
        return await _page(ask, None, error)
    return see(f"{PAGE}/{name}?done=saved&count={done.number}")


def _typed(form: Form) -> Wording:
    """What the form says; what is none of its choices is the first of them."""
    encodings = {one.value: one for one in _ALPHABETS}
    classes = {one.value: one for one in MessageClass}
    text = form.one("text").replace("\r\n", "\n")
    if "encoding" not in form.names:
        return Wording(subject=form.one("subject").strip()[:SUBJECT_MOST], text=text)
    return Wording(
        text=text,
        encoding=encodings.get(form.one("encoding"), Encoding.GSM7),
        message_class=classes.get(form.one("message_class"), MessageClass.CARE),
        parts=min(max(PARTS.start, form.number("parts")), PARTS.stop - 1),
    )


async def _page(
    ask: Ask,
    typed: Wording | None = None,
    error: HotlineError | None = None,
    *,
    note: str = "",
    said: str = "",
    tried: bool = False,
) -> web.Response:
    """After a refusal the page says what is there now, and the next try goes over it."""
    known = await ask.ports.templates.get(ask.path["template"])
    wording = typed or known.wording
    checked = await ask.ports.templates.check(known.name, wording) if typed else known.checked
    problem = told(error) if error else ""
    if tried and checked.problems:
        problem = words()("template.faulty", count=len(checked.problems))
    status = failure(error).status if error else 200
    changed = error is not None and error.error_id == "template-changed"
    return show(
        ask,
        "template",
        status=status,
        problem=problem,
        said=said,
        one=known.name,
        name=title_of(known.name),
        sms=known.name.endswith(f".{Channel.SMS}"),
        typed=wording,
        now=known.wording if changed else None,
        note=note,
        seen=known.versions[0].number if known.versions else 0,
        leads=_leads(known),
        versions=_versions(known.versions),
        file=known.file,
        placeholders=known.placeholders,
        encodings=_ALPHABETS,
        classes=list(MessageClass),
        parts=PARTS,
        text_most=TEXT_MOST,
        subject_most=SUBJECT_MOST,
        note_most=NOTE_MOST,
        **_shown(checked, wording),
    )


def _leads(known: TemplateDetail) -> str:
    """Whose text is in force."""
    say = words()
    if known.versions and not known.versions[0].from_file:
        return ""
    return say("template.own-file", name=known.own_file) if known.own_file else say("template.shipped")


def _shown(checked: TemplateChecked, wording: Wording) -> dict[str, Any]:
    lines = {"text": wording.text.split("\n"), "subject": [wording.subject]}
    shown = checked.example
    return {
        "problems": [_remark(one, lines.get(one.place, [])) for one in checked.problems],
        "warnings": [_remark(one, lines.get(one.place, [])) for one in checked.warnings],
        "example": shown,
        "room": shown.parts * shown.each if shown and shown.parts > 1 else shown.whole if shown else 0,
    }


def _remark(one: TemplateRemark, lines: Sequence[str]) -> dict[str, Any]:
    """With the line as it is written: a field of a page has no numbers of lines."""
    return {
        "line": one.line if one.place == "text" else 0,
        "text": words()(f"template-fault.{one.word}", about=one.about),
        "written": lines[one.line - 1] if 0 < one.line <= len(lines) else "",
    }


def title_of(name: str) -> str:
    """`Lập phiếu: SMS cho người dân`."""
    say = words()
    audience, event, channel = name.split(".")
    to = say(f"template-who.{audience}")
    return say("template.name", event=say(f"template-event.{event}"), channel=say(f"message-channel.{channel}"), who=to)


def _row(one: TemplateRow) -> dict[str, Any]:
    say = words()
    audience, _, channel = one.name.split(".")
    own = one.version is not None and not one.version.from_file
    return {
        "name": one.name,
        "said": say("template.to", channel=say(f"message-channel.{channel}"), who=say(f"template-who.{audience}")),
        "text": one.wording.subject or one.wording.text,
        "version": one.version.number if own and one.version else 0,
        "at": moment(one.version.at) if own and one.version else "",
        "by": name_of(one.version.by) if own and one.version else "",
    }


def _versions(found: Sequence[TemplateVersion]) -> list[dict[str, Any]]:
    say = words()
    return [
        {
            "number": one.number,
            "at": moment(one.at),
            "by": name_of(one.by),
            "note": " · ".join(
                filter(
                    None,
                    (
                        say("template.of-file") if one.from_file else "",
                        say("template.again-of", number=one.again) if one.again else "",
                        one.note,
                    ),
                )
            ),
            "subject": one.subject,
            "text": one.text,
            "here": place == 0,
            "comes_back": place > 0 and not one.from_file,
        }
        for place, one in enumerate(found)
    ]
