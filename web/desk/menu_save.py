"""A part of the menu that was typed in a form goes into the draft: a step or a spoken text. Refuses what is wrong in it, what is no more and
what somebody else changed meanwhile, which is shown; what they changed beside it stays, and nothing that was typed is lost.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiohttp import web

from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.folding import fold
from hotline1022.ivr.types import MenuSteps
from hotline1022.web.desk import meanwhile
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu_doc import MEANWHILE, Document, document, keep, steps_at_least
from hotline1022.web.menu_edit_wire import MenuChanged
from hotline1022.web.menu_wire import Remark
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

#: characters of a name at most
NAME_MOST = 40
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """A step or a text, as it was typed."""

    #: "" where it is new and nothing was typed that may be its name
    id: str
    new: bool
    #: what the menu has under this id; None = nothing
    find: Callable[[MenuSteps], T | None]
    #: what its form says it has read, when it is filled with this
    read_of: Callable[[T], str]
    #: field → what is wrong in it before the menu is asked
    faults: Mapping[str, str]
    #: a text of the menu with this in it
    change: Callable[[str, MenuSteps], Awaitable[MenuChanged]]
    #: field → what the menu's check says of it
    own: Callable[[Sequence[Remark]], Mapping[str, str]]
    #: its form with what was typed
    form: Callable[..., Awaitable[web.Response]]
    #: its form with what was typed and what somebody else changed
    merged: Callable[[MenuSteps, T], Awaitable[web.Response]]
    #: where one is led when it is kept, of the draft before and the text of now
    leads_to: Callable[[Document, str], str]
    #: what is raised where the menu never had it, and told where somebody took it away
    unknown: Callable[[], NotFound]
    taken: Callable[[], Refused]


async def save(ask: Ask, part: Part[T], *, once_more: bool = True) -> web.Response:
    """It is kept in the draft, or shown again. NotFound: the menu has nothing of this id, and had nothing when the form was opened."""
    form: Form = ask.body
    known = await document(ask)
    parts, error = await steps_at_least(ask, known)
    there = part.find(parts)
    gone = there is None and not part.new
    if gone and not opened(form):
        raise part.unknown()
    if error is not None:
        return await part.form(parts, there, error=error)
    if wrong := {**part.faults, **_name_fault(part, there)}:
        return await part.form(parts, there, wrong=wrong, gone=gone)
    if gone and not form.one("gone"):
        return await part.form(parts, there, gone=True, error=part.taken())
    if there is not None and part.read_of(there) != form.one(meanwhile.READ):
        return await part.merged(parts, there)
    try:
        changed = await part.change(known.text, parts)
        if own := part.own(changed.problems):
            return await part.form(parts, there, wrong=own, gone=gone)
        if changed.text != known.text:
            await keep(ask, known, changed.text)
    except HotlineError as refused:
        if refused.error_id not in MEANWHILE:
            return await part.form(parts, there, error=refused)
        # between reading and writing: as if it had been so before
        parts, error = await steps_at_least(ask, await document(ask))
        if error is not None:
            return await part.form(parts, there, error=error)
        after = part.find(parts)
        if after == there and once_more:  # something else was changed: this goes over it
            return await save(ask, part, once_more=False)
        if after is None or part.new or after == there:
            return await part.form(parts, there, error=refused, gone=after is None and not part.new)
        return await part.merged(parts, after)
    return see(part.leads_to(known, changed.text))


def opened(form: Form) -> bool:
    """Whether the form is of a part that was there when it was opened."""
    return bool(form.one(meanwhile.READ) or form.one("gone"))


def id_of(name: str) -> str:
    """A name as people type it as the menu keeps it: `Đất đai` → `dat-dai`; "" for nothing."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:NAME_MOST].strip("-")


def _name_fault(part: Part[Any], there: object) -> dict[str, str]:
    if not part.new:
        return {}
    if not part.id:
        return {"name": words()("menu-form.name-missing")}
    return {"name": words()("menu-form.name-there", name=part.id)} if there is not None else {}
