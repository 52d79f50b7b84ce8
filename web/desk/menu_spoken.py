"""What the menu speaks besides its steps: information, prompts, and what the telephone exchange says of its own. Each text is a form of
one field. Refuses an empty one, and what somebody else changed meanwhile, which is shown; nothing that was typed is lost.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.texts import tidy
from hotline1022.ivr.types import MenuSteps, SpokenText
from hotline1022.web.desk import meanwhile
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu_doc import HERE, MEANWHILE, TEXT, document, keep, steps_at_least, steps_of
from hotline1022.web.desk.menu_step import id_of
from hotline1022.web.desk.menu_step_form import text_fault
from hotline1022.web.desk.menu_step_words import used_by, used_words
from hotline1022.web.desk.menu_words import fault_words
from hotline1022.web.desk.render import show, told
from hotline1022.web.failures import failure
from hotline1022.web.menu_edit_wire import SPOKEN_LIMIT, MenuChangeBody, SpokenBody, SpokenKind
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

LIST = f"{HERE}/spoken"
NEW = f"{HERE}/text-new"
_NAME_MOST = 40


async def show_list(ask: Ask) -> web.Response:
    """All of them."""
    query: DoneQuery = ask.query
    known = await document(ask)
    try:
        parts = await steps_of(ask, known)
    except HotlineError:
        return see(f"{TEXT}?done=not-toml")
    say = words()
    said = say(f"menu-form.text-{query.done}", name=query.count) if query.done in ("saved", "added", "removed") else ""
    return show(
        ask,
        "menu-spoken",
        said=said,
        kinds=[
            {"kind": str(kind), "rows": [_row(kind, one) for one in _of(parts, kind)], "new": kind is _INFORMATION}
            for kind in SpokenKind
        ],
    )


async def show_text(ask: Ask) -> web.Response:
    """The form of one."""
    kind, id = _named(ask)
    parts, error = await steps_at_least(ask, await document(ask))
    there = _known(parts, kind, id)
    filled = meanwhile.fill({"text": there.text})
    return await _form(ask, parts, kind, there.id, there.text, read=filled.read, error=error)


async def save_text(ask: Ask) -> web.Response:
    """It is kept in the draft."""
    kind, id = _named(ask)
    return await _save(ask, kind, id, new=False)


async def show_new(ask: Ask) -> web.Response:
    """A new information."""
    parts, error = await steps_at_least(ask, await document(ask))
    return await _form(ask, parts, _INFORMATION, "", "", error=error)


async def add_text(ask: Ask) -> web.Response:
    """It is added to the draft."""
    form: Form = ask.body
    return await _save(ask, _INFORMATION, id_of(form.one("name")), new=True)


async def drop_text(ask: Ask) -> web.Response:
    """An information goes, where no key leads there and nobody changed it since it was shown; other texts stay."""
    form: Form = ask.body
    kind, id = _named(ask)
    known = await document(ask)
    parts, error = await steps_at_least(ask, known)
    there = _known(parts, kind, id)
    if kind is not _INFORMATION:
        raise NotFound("only information can be taken away; its page names what there is", error_id="spoken-unknown")
    read = meanwhile.fill({"text": there.text}).read
    if error is None:
        try:
            changed = await ask.ports.menu.change(MenuChangeBody(text=known.text, drop_information=id))
            if read != form.one(meanwhile.READ):
                raise _changed()
            await keep(ask, known, changed.text)
            return see(f"{LIST}?done=removed&count={id}")
        except HotlineError as refused:
            error = refused
    return await _form(ask, parts, _INFORMATION, id, there.text, read=read, error=error)


async def _save(ask: Ask, kind: SpokenKind, id: str, *, new: bool, once_more: bool = True) -> web.Response:
    form: Form = ask.body
    text, read, say = form.one("text").replace("\r\n", "\n").strip(), form.one(meanwhile.READ), words()
    known = await document(ask)
    parts, error = await steps_at_least(ask, known)
    there = next((one for one in _of(parts, kind) if one.id == id), None)

    if there is None and not new and not read and not form.one("gone"):
        raise _unknown()  # it never was: the form of one that was there says what it had read

    async def again(**more: Any) -> web.Response:
        return await _form(ask, parts, kind, "" if new else id, text, **({"read": read} | more))

    if error is not None:
        return await again(error=error)
    wrong = text_fault(text)
    if new and not id:
        wrong["name"] = say("menu-form.name-missing")
    elif new and there is not None:
        wrong["name"] = say("menu-form.name-there", name=id)
    if wrong:
        return await again(wrong=wrong)
    if there is None and not new and not form.one("gone"):
        return await again(gone=True, error=Refused("somebody took the text away", error_id="menu-step-gone"))
    if there is not None and meanwhile.fill({"text": there.text}).read != read:
        return await _meanwhile(ask, parts, kind, there, text)
    body = SpokenBody(kind=kind, id=id, text=tidy(text, lines=True, tabs=True) or "")
    try:
        changed = await ask.ports.menu.change(MenuChangeBody(text=known.text, spoken=body))
        if own := [one for one in changed.problems if f"{one.at}.".startswith(f"{kind}.{id}.")]:
            return await again(wrong={"text": " ".join(fault_words(one.text, form=True) for one in own)})
        if changed.text != known.text:
            await keep(ask, known, changed.text)
    except HotlineError as refused:
        if refused.error_id not in MEANWHILE:
            return await again(error=refused)
        parts, error = await steps_at_least(ask, await document(ask))
        if error is not None:
            return await again(error=error)
        after = next((one for one in _of(parts, kind) if one.id == id), None)
        if after == there and once_more:  # something else was changed: this goes over it
            return await _save(ask, kind, id, new=new, once_more=False)
        if new or after == there:
            return await again(error=refused)
        return await _meanwhile(ask, parts, kind, after, text) if after else await again(error=refused, gone=True)
    return see(f"{LIST}?done={'added' if new else 'saved'}&count={id}")


async def _meanwhile(ask: Ask, parts: MenuSteps, kind: SpokenKind, there: SpokenText, text: str) -> web.Response:
    fields = {"text": meanwhile.Field(label=words()("menu-form.text"))}
    found = meanwhile.merge(ask.body, {"text": there.text}, {"text": text}, fields)
    return await _form(
        ask, parts, kind, there.id, found.values["text"], read=found.read, error=_changed(), changes=found
    )


def _changed() -> Refused:
    return Refused("somebody else changed the text meanwhile; look at it again", error_id="menu-step-changed")


_INFORMATION = SpokenKind.INFORMATION


def _named(ask: Ask) -> tuple[SpokenKind, str]:
    """`information.office-hours` as its kind and its name."""
    kind, _, id = ask.path["spoken"].partition(".")
    return SpokenKind(kind), id


def link_of(kind: str, id: str) -> str:
    """The address of the form of a text."""
    return f"{LIST}/{kind}.{quote(id, safe='')}"


def _of(parts: MenuSteps, kind: SpokenKind) -> Sequence[SpokenText]:
    found = {_INFORMATION: parts.information, SpokenKind.PROMPTS: parts.prompts, SpokenKind.SOUNDS: parts.sounds}
    return found[kind]


def _known(parts: MenuSteps, kind: SpokenKind, id: str) -> SpokenText:
    there = next((one for one in _of(parts, kind) if one.id == id), None)
    if there is None:
        raise _unknown()
    return there


def _unknown() -> NotFound:
    return NotFound("the menu speaks nothing of this name; its page names what it speaks", error_id="spoken-unknown")


def _row(kind: SpokenKind, one: SpokenText) -> dict[str, Any]:
    return {"id": one.id, "text": one.text, "own": one.own, "link": link_of(kind, one.id)}


async def _form(
    ask: Ask,
    parts: MenuSteps,
    kind: SpokenKind,
    id: str,
    text: str,
    *,
    read: str = "",
    error: HotlineError | None = None,
    wrong: dict[str, str] | None = None,
    changes: meanwhile.Filled | None = None,
    gone: bool = False,
) -> web.Response:
    say, recording = words(), await ask.ports.menu.recording(kind, id) if id else ""
    form = ask.body if isinstance(ask.body, Form) else None
    used = used_by(parts, f"information:{id}") if kind is _INFORMATION and id else []
    problem = told(error) if error else say("menu-form.faulty", count=len(wrong)) if wrong else ""
    return show(
        ask,
        "menu-text",
        status=failure(error).status if error else 400 if wrong else 200,
        problem=problem,
        action=link_of(kind, id) if id else NEW,
        kind=str(kind),
        id=id,
        name=form.one("name")[:_NAME_MOST] if form and not id else "",
        text=text,
        read=read,
        changes=changes,
        wrong=wrong or {},
        gone=gone or bool(form and form.one("gone")),
        used=used_words(used),
        recording=recording,
        removable=kind is _INFORMATION and bool(id) and not used,
        text_most=SPOKEN_LIMIT,
        name_most=_NAME_MOST,
    )
