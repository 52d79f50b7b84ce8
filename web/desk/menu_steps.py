"""The draft of the menu as its steps: what is said, which key leads where, what follows silence. From here one changes, tries and
publishes it. Refuses to show as steps what is no TOML: that is mended as text.
"""

from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError, Refused
from hotline1022.ivr.types import MenuStep, MenuSteps
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu import name_of, note_of, who_kept
from hotline1022.web.desk.menu_doc import HERE, MEANWHILE, STEPS, TEXT, Document, document, keep, steps_of
from hotline1022.web.desk.menu_step_words import beginning, in_order, placed, prompt_words, target_words
from hotline1022.web.desk.render import moment, show
from hotline1022.web.menu_edit_wire import MenuChangeBody
from hotline1022.web.menu_wire import NOTE_LIMIT, PublishBody
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask


async def show_steps(ask: Ask) -> web.Response:
    """All of them."""
    query: DoneQuery = ask.query
    said = words()(f"menu-form.step-{query.done}", name=query.count) if query.done in _DONE else ""
    return await _overview(ask, said=said)


async def publish_draft(ask: Ask) -> web.Response:
    """The draft as it was shown is put in force, and is no more."""
    form: Form = ask.body
    known, note = await document(ask), note_of(form)
    if known.draft is None:
        gone = Refused("there is no draft any more; look at the version in force", error_id="menu-draft-gone")
        return await _overview(ask, error=gone, note=note)
    wanted = PublishBody(text=known.text, seen=form.number("seen"), draft=form.number("revision"), note=note)
    try:
        made = await ask.ports.menu.publish(wanted, who(ask))
    except HotlineError as error:
        return await _overview(ask, error=error, note=note)
    return see(f"{HERE}?done=published&count={made.version.number}")


async def choose_first(ask: Ask) -> web.Response:
    """Another step follows the greeting."""
    form: Form = ask.body
    known = await document(ask)
    try:
        changed = await ask.ports.menu.change(MenuChangeBody(text=known.text, root=form.one("root")[:40]))
        if changed.text != known.text:
            await keep(ask, known, changed.text)
    except HotlineError as error:
        return await _overview(ask, error=error)
    return see(f"{STEPS}?done=first&count={form.one('root')[:40]}")


#: what may have been done: `menu-form.step-WORD`
_DONE = ("saved", "added", "removed", "first")


async def _overview(
    ask: Ask, *, said: str = "", error: HotlineError | None = None, note: str | None = None
) -> web.Response:
    """After a refusal the page says what is there now, and the next try goes over it."""
    known = await document(ask)
    try:
        parts = await steps_of(ask, known)
    except HotlineError:
        return see(f"{TEXT}?done=not-toml")
    found = await ask.ports.menu.check(known.text)
    refused = error is not None and error.error_id in MEANWHILE
    seen = known.number if refused and error is not None and error.error_id == "menu-changed" else known.base
    newer = known.version if known.version is not None and known.base != known.number else None
    draft = known.draft
    return show(
        ask,
        "menu-steps",
        error=error,
        said=said,
        draft=who_kept(draft) if draft else "",
        revision=known.revision,
        seen=seen,
        newer={"number": newer.number, "by": name_of(newer.by), "at": moment(newer.at)} if newer else None,
        number=known.number,
        note=_note(known) if note is None else note,
        note_most=NOTE_LIMIT,
        problems=[placed(one, parts) for one in found.problems],
        warnings=[placed(one, parts) for one in found.warnings],
        steps=[_card(step, depth, parts) for step, depth in in_order(parts)],
        root=parts.root,
        ids=[(one.id, f"{one.id}: {beginning(one.text)}") for one in parts.steps],
        information=[{"id": one.id, "text": one.text} for one in parts.information],
    )


def _note(known: Document) -> str:
    return known.draft.note if known.draft else ""


def _card(step: MenuStep, depth: int, parts: MenuSteps) -> dict[str, Any]:
    steps = {one.id for one in parts.steps}
    texts = {one.id for one in parts.information}
    return {
        "id": step.id,
        "text": step.text,
        "depth": depth,
        "first": step.id == parts.root,
        "keys": [
            {"key": one.key, "leads": target_words(one.target, parts), "link": _link(one.target, steps, texts)}
            for one in step.keys
        ],
        "tries": step.tries,
        "seconds": step.wait_seconds,
        "no_input": prompt_words(step.no_input, parts),
        "invalid": prompt_words(step.invalid, parts),
        "after": target_words(step.after, parts),
    }


def _link(target: str, steps: set[str], texts: set[str]) -> str:
    leads, _, to = target.partition(":")
    if leads == "menu" and to in steps:
        return f"#step-{to}"
    return f"{HERE}/spoken/information.{to}" if leads == "information" and to in texts else ""
