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
from hotline1022.web.desk.menu_doc import HERE, TEXT, document, keep, steps_at_least, steps_of
from hotline1022.web.desk.menu_save import NAME_MOST, Part, id_of, save
from hotline1022.web.desk.menu_step_form import text_fault
from hotline1022.web.desk.menu_step_words import used_by, used_words
from hotline1022.web.desk.menu_words import fault_words
from hotline1022.web.desk.render import show
from hotline1022.web.menu_edit_wire import SPOKEN_LIMIT, MenuChangeBody, MenuChanged, SpokenBody, SpokenKind
from hotline1022.web.menu_wire import Remark
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

LIST = f"{HERE}/spoken"
NEW = f"{HERE}/text-new"


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
    return await save(ask, _typed(ask, kind, id, new=False))


async def show_new(ask: Ask) -> web.Response:
    """A new information."""
    parts, error = await steps_at_least(ask, await document(ask))
    return await _form(ask, parts, _INFORMATION, "", "", error=error)


async def add_text(ask: Ask) -> web.Response:
    """It is added to the draft."""
    form: Form = ask.body
    return await save(ask, _typed(ask, _INFORMATION, id_of(form.one("name")), new=True))


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


def _typed(ask: Ask, kind: SpokenKind, id: str, *, new: bool) -> Part[SpokenText]:
    """The text of the form that was sent."""
    form: Form = ask.body
    text = form.one("text").replace("\r\n", "\n").strip()

    async def change(whole: str, parts: MenuSteps) -> MenuChanged:
        body = SpokenBody(kind=kind, id=id, text=tidy(text, lines=True, tabs=True) or "")
        return await ask.ports.menu.change(MenuChangeBody(text=whole, spoken=body))

    def own(problems: Sequence[Remark]) -> dict[str, str]:
        said = [fault_words(one.text, form=True) for one in problems if f"{one.at}.".startswith(f"{kind}.{id}.")]
        return {"text": " ".join(said)} if said else {}

    async def again(parts: MenuSteps, there: SpokenText | None, **more: Any) -> web.Response:
        return await _form(ask, parts, kind, "" if new else id, text, read=form.one(meanwhile.READ), **more)

    async def merged(parts: MenuSteps, there: SpokenText) -> web.Response:
        fields = {"text": meanwhile.Field(label=words()("menu-form.text"))}
        found = meanwhile.merge(form, {"text": there.text}, {"text": text}, fields)
        return await _form(
            ask, parts, kind, there.id, found.values["text"], read=found.read, error=_changed(), changes=found
        )

    return Part(
        id=id,
        new=new,
        find=lambda parts: _find(parts, kind, id),
        read_of=lambda there: meanwhile.fill({"text": there.text}).read,
        faults=text_fault(text),
        change=change,
        own=own,
        form=again,
        merged=merged,
        leads_to=lambda *_: f"{LIST}?done={'added' if new else 'saved'}&count={id}",
        unknown=_unknown,
        taken=lambda: Refused("somebody took the text away", error_id="menu-step-gone"),
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


def _find(parts: MenuSteps, kind: SpokenKind, id: str) -> SpokenText | None:
    return next((one for one in _of(parts, kind) if one.id == id), None)


def _known(parts: MenuSteps, kind: SpokenKind, id: str) -> SpokenText:
    there = _find(parts, kind, id)
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
    return show(
        ask,
        "menu-text",
        status=400 if wrong else 200,
        problem=say("menu-form.faulty", count=len(wrong)) if wrong else "",
        error=error,
        action=link_of(kind, id) if id else NEW,
        kind=str(kind),
        id=id,
        name=form.one("name")[:NAME_MOST] if form and not id else "",
        text=text,
        read=read,
        changes=changes,
        wrong=wrong or {},
        gone=gone or bool(form and form.one("gone")),
        used=used_words(used),
        recording=recording,
        removable=kind is _INFORMATION and bool(id) and not used,
        text_most=SPOKEN_LIMIT,
        name_most=NAME_MOST,
    )
