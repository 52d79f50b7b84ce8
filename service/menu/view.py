"""The menu for pages and API: as a tree, its faults by line, the way that keys lead at some moment. Changes nothing itself."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.db.unit import Database
from hotline1022.directory.hunt import hunt
from hotline1022.directory.lookup import active
from hotline1022.directory.types import Directory, Hunt
from hotline1022.ivr.flow import (
    Ask,
    Decision,
    NoInput,
    Pressed,
    State,
    ToAgents,
    ToEmergency,
    ToStatus,
    ToVoicemail,
    opening,
    step,
)
from hotline1022.ivr.load import shipped
from hotline1022.ivr.menu_edit import steps_of
from hotline1022.ivr.model import Fixed, Menu, MenuTree, texts
from hotline1022.ivr.types import MenuDraft, MenuSteps, MenuVersion
from hotline1022.service.menu.desk import MenuDesk, written
from hotline1022.service.menu.edit import change_text
from hotline1022.service.menu.file import read
from hotline1022.service.menu.look import category_name, check_text, keys_view, remarks, tree_view
from hotline1022.service.menu.recorded import recording, unheard
from hotline1022.web.menu_edit_wire import MenuChangeBody, MenuChanged
from hotline1022.web.menu_wire import (
    Checked,
    MenuDraftBody,
    MenuNow,
    Place,
    PublishBody,
    Published,
    Remark,
    TryBody,
    TryStep,
    VersionDetail,
    Way,
)

#: what the dialplan says at a place that the flow only leads to
_FIRST_WORDS = {Place.VOICEMAIL: Fixed.VOICEMAIL, Place.STATUS: Fixed.TICKET_ENTER_CODE}


def way(tree: MenuTree, keys: Sequence[str]) -> tuple[tuple[TryStep, ...], Menu | None, str]:
    """Each step, the menu at which the caller is in the end, and the id of the category that was chosen; keys that come after
    the menu was left lead nowhere and are left out.
    """
    said = texts(tree)
    decision = opening(tree)
    steps = [_step(tree, said, "", decision, said[Fixed.GREETING])]
    for key in keys:
        if not isinstance(decision.next, Ask):
            break
        state = State(menu=decision.next.menu, tries=decision.next.tries)
        decision = step(tree, state, NoInput() if key == "none" else Pressed(digits=key))
        steps.append(_step(tree, said, key, decision))
    at = decision.next
    menu = tree.menus[at.menu] if isinstance(at, Ask) else None
    return tuple(steps), menu, at.category if isinstance(at, ToAgents) else ""


def _step(tree: MenuTree, said: dict[str, str], key: str, decision: Decision, *first: str) -> TryStep:
    menu, tries, category = "", 0, ""
    match decision.next:
        case Ask(menu=menu, tries=tries):
            place = Place.MENU
        case ToAgents(category=category):
            place = Place.AGENTS
        case ToVoicemail():
            place = Place.VOICEMAIL
        case ToStatus():
            place = Place.STATUS
        case ToEmergency():
            place = Place.EMERGENCY
        case _:
            raise AssertionError(f"nobody hangs up here: {decision.next}")
    last = [said[_FIRST_WORDS[place]]] if place in _FIRST_WORDS else []
    heard = (*first, *(said[prompt] for prompt in decision.play), *last)
    name = category_name(tree, category) if category else ""
    return TryStep(key=key, heard=heard, place=place, menu=menu, tries=tries, category=name)


class MenuView:
    """web.menu_port.MenuPort."""

    def __init__(
        self,
        desk: MenuDesk,
        database: Database,
        *,
        directory: Callable[[], Directory],
        closed: Callable[[date], bool],
        clock: Callable[[], datetime],
        studio: Callable[[], Path | None],
    ) -> None:
        self._studio = studio
        self._desk, self._database = desk, database
        self._directory, self._closed, self._clock = directory, closed, clock

    async def now(self) -> MenuNow:
        """What is in force."""
        return MenuNow(
            version=self._desk.version,
            trouble=self._desk.trouble,
            tree=tree_view(self._desk.menu),
            draft=await self.draft(),
            outdated=remarks(self._desk.menu.outdated),
        )

    async def versions(self, limit: int) -> Sequence[MenuVersion]:
        """Latest first."""
        async with self._database.reading() as tx:
            return await tx.menus.versions(limit)

    async def version(self, number: int) -> VersionDetail:
        """One."""
        async with self._database.reading() as tx:
            version, text = await tx.menus.version(number)
        return VersionDetail(version=version, text=text)

    async def draft(self) -> MenuDraft | None:
        """The one there is."""
        async with self._database.reading() as tx:
            return await tx.menus.draft()

    async def save_draft(self, wanted: MenuDraftBody, by: str) -> MenuDraft:
        """Keep it."""
        return await self._desk.save_draft(wanted.text, wanted.revision, by, base=wanted.base, note=wanted.note)

    async def drop_draft(self, seen: int) -> None:
        """Take it away."""
        await self._desk.drop_draft(seen)

    async def check(self, text: str) -> Checked:
        """What is wrong with it, and what is odd."""
        return await asyncio.to_thread(check_text, text, self._warnings)

    async def steps(self, text: str) -> MenuSteps:
        """Its parts."""
        return await asyncio.to_thread(lambda: steps_of(written(text), shipped()))

    async def recording(self, kind: str, id: str) -> str:
        """What is heard in place of a text."""
        return await asyncio.to_thread(recording, self._studio(), kind, id)

    async def change(self, wanted: MenuChangeBody) -> MenuChanged:
        """The text with one thing changed; nothing is kept."""
        text = await asyncio.to_thread(change_text, wanted)
        found = await self.check(text)
        return MenuChanged(text=text, problems=found.problems, warnings=found.warnings)

    async def publish(self, wanted: PublishBody, by: str) -> Published:
        """Put it in force."""
        if (wanted.text is None) == (wanted.again is None):
            raise Invalid("give a text, or the version that comes back; one of them", error_id="menu-which")
        text = wanted.text if wanted.text is not None else (await self.version(wanted.again or 0)).text
        version, tree, sounds = await self._desk.publish(
            text, seen=wanted.seen, by=by, note=wanted.note, again=wanted.again or 0, draft=wanted.draft
        )
        return Published(version=version, sounds=sounds, warnings=await asyncio.to_thread(self._warnings, tree))

    async def walk(self, wanted: TryBody) -> Way:
        """Where keys lead at some moment. What the menu does is the same at any hour; whom an agent would ring is not."""
        tree = await self._tree(wanted)
        at = wanted.at or self._clock()
        steps, menu, category = way(tree, wanted.keys)
        found = self._hunt(category, at, wanted.holiday) if category else None
        return Way(
            steps=steps,
            open=menu is not None,
            keys=keys_view(tree, menu) if menu else (),
            rings=found.steps if found else (),
            agency=found.agency.name if found else "",
            at=at,
        )

    async def _tree(self, wanted: TryBody) -> MenuTree:
        if wanted.text is not None:
            return await asyncio.to_thread(read, written(wanted.text))
        if wanted.version is not None:
            text = (await self.version(wanted.version)).text
            return await asyncio.to_thread(read, text, standing=True)  # callers heard it so, whatever is refused today
        return self._desk.menu

    def _hunt(self, category: str, at: datetime, holiday: bool) -> Hunt | None:
        try:
            return hunt(self._directory(), category=category, at=at, closed=lambda day: holiday or self._closed(day))
        except NotFound:
            return None  # the warning says so: the directory does not have the category

    def _warnings(self, tree: MenuTree) -> tuple[Remark, ...]:
        """The menu's own, texts that a recording hides, and categories that the directory does not have: nobody would be rung for
        them, or no longer has.
        """
        own = (*remarks(tree.warnings), *unheard(tree, self._desk.menu, self._studio()))
        try:
            known = self._directory().categories
        except HotlineError:
            return own
        absent = [
            f"the category {one.id} ({one.name}) is not in the directory; add it there, with who answers"
            for one in tree.categories
            if one.id not in known
        ]
        day = local_day(self._clock())
        over = [
            f"the category {one.id} ({one.name}) is not in force in the directory; leave it out, or move its days there"
            for one in tree.categories
            if one.id in known and not active(known[one.id], day)
        ]
        return (*own, *remarks(absent), *remarks(over))
