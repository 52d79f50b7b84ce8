"""The menu in force: its versions in the database, and the one way to put another one in force while calls go on. Refuses as a
whole what is not sound, what cannot be spoken, and what somebody else published meanwhile.

Everything that can fail is done first: the text is read as `config check` reads it, the kept copy is written beside, all sounds
are made before the first is put in its place. Then the version is written, and only then the service changes over.
Why it is so: docs/decisions/023-the-menu-in-force.md.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from secrets import randbelow

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting
from hotline1022.core.errors import ConfigError, HotlineError, Invalid, Refused, Unavailable
from hotline1022.core.said import said
from hotline1022.core.texts import one_form
from hotline1022.db.menus import draft_changed
from hotline1022.db.unit import Database
from hotline1022.ivr.load import load
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.types import MenuDraft, MenuVersion
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.background.work import with_id
from hotline1022.service.menu.file import file_text, forget, hash_of, keep, kept_text, read, stage
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: seconds between two looks whether another process published one
LOOK_SECONDS = 30.0
#: what is said of a version while its sounds are made
BEING_PUT = "it is being put in force; its sounds are being made"
#: who published what the settings' file has
BY_FILE = "settings"
#: makes the sounds of a menu that are missing or other than they were, all or none; how many
Speak = Callable[[MenuTree], Awaitable[int]]
#: from now on callers are answered from this menu
Use = Callable[[MenuTree], Awaitable[None]]


def written(text: str) -> str:
    """A text from a form, a program or a file as it is kept: NFC, lines that end in a line feed, no blanks behind the last, no mark of the
    order of bytes, which some editors put before the first and nobody sees.
    """
    return one_form(text.replace("\r\n", "\n")).strip().lstrip("\ufeff").strip() + "\n"


class MenuDesk:
    """`start` before anybody asks, `run` in the service's TaskGroup."""

    def __init__(
        self,
        database: Database,
        *,
        settings: Callable[[], Settings],
        menu: Callable[[], MenuTree],
        speak: Speak,
        use: Use,
        clock: Callable[[], datetime],
        bell: AlarmBell | None = None,
    ) -> None:
        self._bell = bell
        self._database, self._settings, self._menu = database, settings, menu
        self._speak, self._use, self._clock = speak, use, clock
        #: held by whoever changes what is in force: a publication, a reload
        self.lock = asyncio.Lock()
        #: the newest that was read; None before the start
        self.version: MenuVersion | None = None
        #: why callers hear another one than the newest; "" = they hear it
        self.trouble = ""
        self._work: asyncio.Task[tuple[MenuVersion, MenuTree, int]] | None = None

    @property
    def menu(self) -> MenuTree:
        """What callers hear."""
        return self._menu()

    @property
    def file_leads(self) -> bool:
        """Whether the settings' file is in force: nobody has published anything."""
        if self.version is None:
            return kept_text(self._settings()) is None
        return self.version.from_file

    # ---------------------------------------------------------------- the start, and others

    async def start(self) -> None:
        """Find out which version leads: the settings' file is the first one, and leads until people publish.

        Another menu than the one at hand is put in force by `run`: its sounds take a minute, and calls do not wait for that.
        """
        for said_of in self._menu().outdated:
            log.warning("%s (it is in force and goes on; what is published next may not have it)", said_of)
        async with self.lock:
            async with self._database.reading() as tx:
                newest = await tx.menus.newest()
                text = (await tx.menus.version(newest.number))[1] if newest and not newest.from_file else ""
            if newest is not None and not newest.from_file:
                if _same(text, self._menu()):
                    await self._follow(newest, text)
                return
            settings = self._settings()
            self.version = newest
            await self._note_file(settings)
            await self._forget(settings)
            try:
                tree = await asyncio.to_thread(load, settings.paths.menu, standing=True)
            except (HotlineError, OSError) as error:
                log.error("the menu of the settings is not in force as it is written: %s", error)
                self.trouble = with_id(error)
                return
            if tree != self._menu():
                self.trouble = "the menu of the settings is not in force yet; its sounds are being made"

    async def run(self) -> None:
        """Look again and again whether another process published; what is in force goes on while the database is away."""
        while True:
            try:
                await self.look()
            except HotlineError as error:
                log.warning("whether another menu was published could not be looked at: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Put in force what is newer than what this process knows, or could not be put in force before."""
        async with self.lock:
            async with self._database.reading() as tx:
                newest = await tx.menus.newest()
                if newest is None or (newest == self.version and not self.trouble):
                    return
                _, text = await tx.menus.version(newest.number)
            await self._follow(newest, text)

    async def _follow(self, newest: MenuVersion, text: str) -> None:
        """Another process, or an earlier run, published it; where it cannot be put in force now, the menu at hand goes on."""
        self.version = newest
        before, self.trouble = self.trouble, self.trouble or BEING_PUT  # whatever breaks now, the next look tries again
        try:
            await self._change_over(read(text, standing=True))
            if not newest.from_file and kept_text(self._settings()) != text:
                await asyncio.to_thread(_keep, self._settings(), text)
        except (HotlineError, OSError) as error:
            self.trouble = with_id(error)
            if self.trouble != before:
                text = said("alarm-said.menu", number=newest.number, why=self.trouble)
                log.error("%s", text)
                if self._bell is not None:
                    await self._bell.ring("menu-not-in-force", text)
            return
        self.trouble = ""

    async def _change_over(self, tree: MenuTree) -> None:
        if tree != self._menu():  # the one at hand was spoken before
            await self._speak(tree)
            await self._use(tree)

    async def file_taken(self, settings: Settings) -> None:
        """A reload put the settings' file in force, as long as it leads. The lock is held."""
        try:
            if self.version is None:
                async with self._database.reading() as tx:
                    self.version = await tx.menus.newest()
            await self._note_file(settings)
        except Unavailable as error:  # a reload must not wait for the database; the next start writes it down
            log.warning("that the menu of the settings is in force could not be written down: %s", error)

    async def _note_file(self, settings: Settings) -> None:
        text = await asyncio.to_thread(file_text, settings)
        before = self.version
        if before is not None and before.sha256 == hash_of(text):
            return
        path = settings.paths.menu
        version = MenuVersion(
            number=before.number + 1 if before else 1,
            sha256=hash_of(text),
            note=path.name if path else "",
            by=BY_FILE,
            at=self._clock(),
            from_file=True,
        )
        async with self._database.transaction() as tx:
            await tx.menus.add(version, text)
            tx.audit.add(_fact(version, before, "service"))
        self.version = version

    async def _forget(self, settings: Settings) -> None:
        try:
            await asyncio.to_thread(forget, settings.paths.data)
        except OSError as error:
            log.warning("the kept copy of a menu that is not in force could not be removed: %s", error)

    # ---------------------------------------------------------------- the draft

    async def save_draft(self, text: str, seen: int, by: str, *, base: int | None = None, note: str = "") -> MenuDraft:
        """Keep it over the revision that was seen. `base`: the version that whoever writes has seen; None = as the draft before
        has it, else what is in force. Refused `menu-draft-changed`, `menu-draft-gone`.
        """
        if base is None:
            base = await self._base()
        draft = MenuDraft(
            text=written(text),
            by=by,
            at=self._clock(),
            revision=randbelow(999_999_998) + 1,
            base=base,
            note=one_form(note.strip()),
        )
        async with self._database.transaction() as tx:
            await tx.menus.save_draft(draft, seen)
        return draft

    async def _base(self) -> int:
        async with self._database.reading() as tx:
            there, newest = await tx.menus.draft(), await tx.menus.newest()
        if there is not None:
            return there.base
        return newest.number if newest else 0

    async def drop_draft(self, seen: int) -> None:
        """Take it away. Refused `menu-draft-changed`, `menu-draft-gone`."""
        async with self._database.transaction() as tx:
            await tx.menus.drop_draft(seen)

    # ---------------------------------------------------------------- publishing

    async def publish(
        self, text: str, *, seen: int, by: str, note: str = "", again: int = 0, draft: int | None = None
    ) -> tuple[MenuVersion, MenuTree, int]:
        """Put it in force; the version, the menu, and how many sounds were made. An error changes nothing.

        `seen`: the version that is in force, as whoever publishes knows it. `draft`: its revision, which is taken away.
        Invalid `menu-invalid`, `menu-sounds`; Refused `menu-changed`, `menu-draft-changed`, `menu-draft-gone`, `menu-same`;
        Unavailable.
        """
        # Whoever waits may give up (a browser that is closed, a limit of time); what is half done is then done all the same.
        self._work = asyncio.create_task(self._publish(text, seen, by, note, again, draft))
        return await asyncio.shield(self._work)

    async def _publish(
        self, text: str, seen: int, by: str, note: str, again: int, draft: int | None
    ) -> tuple[MenuVersion, MenuTree, int]:
        text = written(text)
        async with self.lock:
            newest = await self._as_seen(text, seen, draft)
            tree = await asyncio.to_thread(read, text)
            before, data = self._menu(), self._settings().paths.data
            try:
                staged = await asyncio.to_thread(stage, data, text)
            except OSError as error:
                raise _not_kept(error) from error
            sounds = await self._spoken(tree)
            version = MenuVersion(
                number=newest.number + 1 if newest else 1,
                sha256=hash_of(text),
                note=one_form(note.strip()),
                by=by,
                at=self._clock(),
                again=again,
            )
            written_down = False
            try:
                async with self._database.transaction() as tx:
                    await tx.menus.add(version, text)
                    if draft is not None:
                        await tx.menus.drop_draft(draft)
                    tx.audit.add(_fact(version, newest, by))
                written_down = True
            finally:
                if sounds and not written_down:
                    await self._take_back(before)
            try:
                await asyncio.to_thread(keep, data, staged)
            except OSError as error:  # it is in force and in the database: the next start writes the copy
                log.error("version %d of the menu is in force, its copy could not be kept: %s", version.number, error)
            await self._use(tree)
            self.version, self.trouble = version, ""
        log.info("version %d of the menu is in force, published by %s", version.number, by)
        return version, tree, sounds

    async def _as_seen(self, text: str, seen: int, draft: int | None) -> MenuVersion | None:
        """The version in force; whoever published first wins, before anything is made."""
        async with self._database.reading() as tx:
            newest, there = await tx.menus.newest(), await tx.menus.draft()
        if (newest.number if newest else 0) != seen:
            now = f"version {newest.number} by {newest.by}" if newest else "none"
            raise Refused(
                f"somebody else published meanwhile: {now} is in force; look at it, then publish again",
                error_id="menu-changed",
            )
        if draft is not None and (there.revision if there else 0) != draft:
            raise draft_changed(there)
        if newest is not None and newest.sha256 == hash_of(text) and not self.trouble:
            raise Refused("this menu is in force already; change something first", error_id="menu-same")
        return newest

    async def _spoken(self, tree: MenuTree) -> int:
        try:
            return await self._speak(tree)
        except ConfigError as error:
            raise Invalid(str(error), error_id="menu-sounds") from error
        except OSError as error:
            raise _not_kept(error) from error

    async def _take_back(self, before: MenuTree) -> None:
        """The version was not written: the sounds of the menu that goes on are put back."""
        try:
            await self._speak(before)
        except (HotlineError, OSError) as error:
            log.error("sounds of the menu that goes on could not be made again; run hotline1022 prompts: %s", error)


def _keep(settings: Settings, text: str) -> None:
    keep(settings.paths.data, stage(settings.paths.data, text))


def _not_kept(error: OSError) -> Unavailable:
    return Unavailable(
        f"the data folder cannot be written ({error.strerror}); make room there, then publish again",
        error_id="menu-not-kept",
    )


def _same(text: str, tree: MenuTree) -> bool:
    """Whether the text is this menu; what is no menu now is another one."""
    try:
        return read(text, standing=True) == tree
    except Invalid:
        return False


def _fact(version: MenuVersion, before: MenuVersion | None, by: str) -> Fact:
    act = acting()
    return Fact(
        at=version.at,
        kind=Kind.MENU_PUBLISHED,
        actor=act.actor if act else by,
        origin=act.origin if act else "service",
        subject=f"menu:{version.number}",
        detail={
            "sha256": version.sha256,
            "before": before.number if before else 0,
            "again": version.again,
            "from_file": version.from_file,
        },
    )
