"""One step of the menu as a form: changed, added, taken away. Refuses what the menu's own check finds wrong in it, beside the field; what
somebody else changed meanwhile is shown, and nothing that was typed is lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.ivr.types import MenuStep, MenuSteps
from hotline1022.web.desk import meanwhile
from hotline1022.web.desk import menu_step_form as f
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu_doc import HERE, STEPS, Document, document, keep, offered, steps_at_least
from hotline1022.web.desk.menu_save import NAME_MOST, Part, id_of, opened, save
from hotline1022.web.desk.menu_step_words import beginning, prompts, targets, used_by, used_words
from hotline1022.web.desk.menu_words import fault_words
from hotline1022.web.desk.render import show
from hotline1022.web.menu_edit_wire import KEYS_MOST, SPOKEN_LIMIT, MenuChangeBody, MenuChanged
from hotline1022.web.menu_wire import Remark
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

NEW = "/desk/menu/step-new"


async def show_step(ask: Ask) -> web.Response:
    """The form of one."""
    query: DoneQuery = ask.query
    known = await document(ask)
    parts, error = await steps_at_least(ask, known)
    step = _find(parts, ask.path["step"])
    if step is None:
        raise _unknown()
    said = words()("menu-form.saved") if query.done else ""
    return await _form(
        ask, parts, step.id, f.filled(step), read=f.read_of(step).read, error=error, said=said, known=step
    )


async def show_new(ask: Ask) -> web.Response:
    """An empty one."""
    parts, error = await steps_at_least(ask, await document(ask))
    return await _form(ask, parts, "", f.fresh(), error=error)


async def change_rows(ask: Ask) -> web.Response:
    """One row of keys more, less, up or down; nothing is kept."""
    form: Form = ask.body
    # what is wrong with the text is told when it is saved: an answer of an error would not come into the page, and the button do nothing
    parts, _ = await steps_at_least(ask, await document(ask))
    id = ask.path.get("step", "")
    given = f.Typed(values=f.typed(form).values, rows=f.done(form))
    if id and _find(parts, id) is None and not opened(form):
        raise _unknown()
    return await _form(ask, parts, id, given, read=form.one(meanwhile.READ), form=form, known=_find(parts, id))


async def save_step(ask: Ask) -> web.Response:
    """What was typed goes into the draft."""
    return await save(ask, _typed(ask, ask.path["step"], new=False))


async def add_step(ask: Ask) -> web.Response:
    """A new one."""
    form: Form = ask.body
    return await save(ask, _typed(ask, id_of(form.one("name")), new=True))


def _typed(ask: Ask, id: str, *, new: bool) -> Part[MenuStep]:
    """The step of the form that was sent."""
    form: Form = ask.body
    given = f.typed(form)

    async def change(text: str, parts: MenuSteps) -> MenuChanged:
        text = await _with_categories(ask, text, parts, given)
        return await ask.ports.menu.change(MenuChangeBody(text=text, step=f.body_of(id, given)))

    async def again(parts: MenuSteps, step: MenuStep | None, **more: Any) -> web.Response:
        read = form.one(meanwhile.READ)
        return await _form(ask, parts, "" if new else id, given, read=read, form=form, known=step, **more)

    async def merged(parts: MenuSteps, step: MenuStep) -> web.Response:
        rows, found = f.merged(form, step, given, parts)
        return await _form(
            ask, parts, step.id, rows, read=found.read, error=_changed(), changes=found, known=step, form=form
        )

    def leads_to(known: Document, text: str) -> str:
        if form.one("act") == "try":
            return f"{HERE}/try?of=draft" if known.draft or text != known.text else f"{HERE}/try"
        return f"{STEPS}?done={'added' if new else 'saved'}&count={id}"

    return Part(
        id=id,
        new=new,
        find=lambda parts: _find(parts, id),
        read_of=lambda step: f.read_of(step).read,
        faults=f.faults(given),
        change=change,
        own=lambda problems: _beside([one for one in problems if _is_of(one, id)], given, id),
        form=again,
        merged=merged,
        leads_to=leads_to,
        unknown=_unknown,
        taken=lambda: Refused("somebody took the step away", error_id="menu-step-gone"),
    )


async def drop_step(ask: Ask) -> web.Response:
    """It goes, where no key leads there and nobody changed it since it was shown."""
    form: Form = ask.body
    id = ask.path["step"]
    known = await document(ask)
    parts, error = await steps_at_least(ask, known)
    step = _find(parts, id)
    if error is None:
        try:
            changed = await ask.ports.menu.change(MenuChangeBody(text=known.text, drop_step=id))
            if step is not None and f.read_of(step).read != form.one(meanwhile.READ):
                raise _changed()
            await keep(ask, known, changed.text)
        except HotlineError as refused:
            if refused.error_id == "menu-step-unknown":
                raise _unknown() from refused
            error = refused
    if error is None:
        return see(f"{STEPS}?done=removed&count={id}")
    if step is None:
        raise _unknown()
    return await _form(ask, parts, id, f.filled(step), read=f.read_of(step).read, error=error, known=step)


def _unknown() -> NotFound:
    return NotFound("the menu has no such step; its page names them", error_id="step-unknown")


def _changed() -> Refused:
    return Refused("somebody else changed the step meanwhile; look at it again", error_id="menu-step-changed")


async def _with_categories(ask: Ask, text: str, parts: MenuSteps, given: f.Typed) -> str:
    """The text, with the categories of the directory to which a key leads now."""
    wanted = {given.values["after"], *(row.to for row in given.rows)}
    for one in await offered(ask, parts):
        if f"agents:{one.id}" in wanted:
            text = (await ask.ports.menu.change(MenuChangeBody(text=text, category=one))).text
    return text


def _find(parts: MenuSteps, id: str) -> MenuStep | None:
    return next((one for one in parts.steps if one.id == id), None)


def _is_of(one: Remark, id: str) -> bool:
    return one.at == f"menus.{id}" or one.at.startswith(f"menus.{id}.")


def _beside(found: Sequence[Remark], given: f.Typed, id: str) -> dict[str, str]:
    """Field → what the menu's check says of it; what is of no field is of the keys as a whole."""
    rows = {row.key: at for at, row in enumerate(given.rows)}
    wrong: dict[str, str] = {}
    for one in found:
        field, _, key = one.at.removeprefix(f"menus.{id}").removeprefix(".").partition(".")
        place = f"r{rows[key]}" if field == "keys" and key in rows else field if field in given.values else "keys"
        wrong[place] = " ".join(filter(None, (wrong.get(place, ""), fault_words(one.text, form=True))))
    return wrong


async def _form(
    ask: Ask,
    parts: MenuSteps,
    id: str,
    given: f.Typed,
    *,
    read: str = "",
    error: HotlineError | None = None,
    wrong: Mapping[str, str] | None = None,
    changes: meanwhile.Filled | None = None,
    known: MenuStep | None = None,
    gone: bool = False,
    form: Form | None = None,
    said: str = "",
) -> web.Response:
    """`wrong`: field → why; `gone`: the step is no more, and is written anew by the next try."""
    say = words()
    more = await offered(ask, parts)
    used = used_by(parts, f"menu:{id}") if id else []
    recording = await ask.ports.menu.recording("menus", id) if id else ""
    to_here = "" if not id else say("menu-form.is-first") if id == parts.root else used_words(used)
    return show(
        ask,
        "menu-step",
        status=400 if wrong else 200,
        problem=say("menu-form.faulty", count=len(wrong)) if wrong else "",
        error=error,
        said=said,
        action=f"{STEPS}/{id}" if id else NEW,
        id=id,
        name=form.one("name")[:NAME_MOST] if form and not id else "",
        given=given.values,
        rows=given.rows or [f.KeyRow()],
        read=read,
        changes=changes,
        wrong=wrong or {},
        gone=gone or bool(form and form.one("gone")),
        pad=f.PAD,
        targets=targets(parts, more),
        exits=targets(parts, more, exits=True),
        prompts=prompts(parts),
        used=to_here,
        recording=recording,
        removable=bool(id and known and id != parts.root and not used),
        stays=say("menu-form.is-first-stays") if id == parts.root else say("menu-form.used", keys=used_words(used)),
        about=beginning(known.text) if known else "",
        keys_most=KEYS_MOST,
        text_most=SPOKEN_LIMIT,
        name_most=NAME_MOST,
    )
