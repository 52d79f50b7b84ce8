"""The document that forms of the menu write: the draft, or the text in force to begin one from. Refuses nothing itself; what somebody
else kept meanwhile is refused by the menu's desk.
"""

from dataclasses import dataclass
from typing import Any

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.ivr.types import MenuDraft, MenuSteps, MenuVersion
from hotline1022.web.desk.door import who
from hotline1022.web.menu_edit_wire import MenuCategoryBody
from hotline1022.web.menu_wire import MenuDraftBody
from hotline1022.web.route import Ask

HERE = "/desk/menu"
STEPS = f"{HERE}/steps"
TEXT = f"{HERE}/draft"
#: what the menu's desk says to whoever saw an earlier draft or version
MEANWHILE = frozenset({"menu-draft-changed", "menu-draft-gone", "menu-changed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a form changes a part of."""

    text: str
    draft: MenuDraft | None
    #: the one in force
    version: MenuVersion | None

    @property
    def revision(self) -> int:
        """0 = there is no draft."""
        return self.draft.revision if self.draft else 0

    @property
    def number(self) -> int:
        """Of the version in force; 0 = none."""
        return self.version.number if self.version else 0

    @property
    def base(self) -> int:
        """The version from which the text was begun."""
        return self.draft.base if self.draft else self.number


async def document(ask: Ask) -> Document:
    """As it is now."""
    draft = await ask.ports.menu.draft()
    version = (await ask.ports.menu.now()).version
    if draft is not None:
        return Document(text=draft.text, draft=draft, version=version)
    text = (await ask.ports.menu.version(version.number)).text if version is not None else "\n"
    return Document(text=text, draft=None, version=version)


async def steps_of(ask: Ask, known: Document) -> MenuSteps:
    """Its parts. Invalid `menu-not-toml`."""
    return await ask.ports.menu.steps(known.text)


async def steps_at_least(ask: Ask, known: Document) -> tuple[MenuSteps, HotlineError | None]:
    """Its parts; where somebody wrote what is no TOML, those of the version in force, for a form that has to show something."""
    try:
        return await steps_of(ask, known), None
    except HotlineError as error:
        text = (await ask.ports.menu.version(known.number)).text if known.number else "\n"
        return await ask.ports.menu.steps(text), error


async def offered(ask: Ask, parts: MenuSteps) -> list[MenuCategoryBody]:
    """Categories of the directory that keys may choose as soon as the text has them: it is given them with the key."""
    try:
        day = local_day(ask.ports.clock())
        names = {one.id: one.name for one in await ask.ports.directory.agencies(None)}
        found = await ask.ports.directory.categories(day)
    except HotlineError:
        return []  # without the directory one chooses of what the text has
    there = {one.id for one in parts.categories}
    return [
        MenuCategoryBody(id=one.id, name=one.name, agency=one.agency, agency_name=names.get(one.agency, one.agency))
        for one in found
        if one.id not in there
    ]


async def keep(ask: Ask, known: Document, text: str, **more: Any) -> None:
    """The draft with this text, over what was read. Refused `menu-draft-changed`, `menu-draft-gone`."""
    note = known.draft.note if known.draft else ""
    body = MenuDraftBody(text=text, revision=known.revision, base=known.base, note=more.get("note", note))
    await ask.ports.menu.save_draft(body, who(ask))
