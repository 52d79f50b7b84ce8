"""A menu in force over a real database: what callers would hear, which sounds were made, and what breaks when it is told to."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from hotline1022.db.unit import Database
from hotline1022.directory.hunt import never_closed
from hotline1022.directory.types import Directory
from hotline1022.ivr.model import MenuTree
from hotline1022.service.menu.desk import MenuDesk
from hotline1022.service.menu.file import in_force
from hotline1022.service.menu.view import MenuView
from hotline1022.service.settings.tree import Settings
from tests.unit.queue_memory import MemoryBell

SHIPPED = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
#: another menu: key 4 leads to the voicemail
OTHER = SHIPPED.replace('4 = "agents:traffic"', '4 = "voicemail"')
THIRD = SHIPPED.replace('4 = "agents:traffic"', '4 = "agents:construction"')
WRONG = SHIPPED.replace('8 = "menu:more"', '8 = "menu:mor"')


async def begun(desk: MenuDesk) -> None:
    """As the service begins: what leads is found out first, and put in force while it runs."""
    await desk.start()
    await desk.look()


@dataclass
class MenuHouse:
    database: Database
    folder: Path
    clock: Callable[[], datetime]
    #: the settings' file; None = the shipped one
    file: Path | None = None
    #: menus whose sounds were made, in order
    spoken: list[MenuTree] = field(default_factory=list)
    used: list[MenuTree] = field(default_factory=list)
    #: raised by the next making of sounds
    mute: Exception | None = None
    bell: MemoryBell = field(default_factory=MemoryBell)
    #: recordings that are heard in place of texts
    studio: Path | None = None
    #: called while sounds are made
    meanwhile: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        self.desk = self.again()

    @property
    def settings(self) -> Settings:
        plain = Settings()
        return replace(plain, paths=replace(plain.paths, data=self.folder, menu=self.file))

    def again(self) -> MenuDesk:
        """As another start of the service makes it."""
        self.tree = in_force(self.settings)
        self.desk = MenuDesk(
            self.database,
            settings=lambda: self.settings,
            menu=lambda: self.tree,
            speak=self._speak,
            use=self._use,
            clock=lambda: self.clock(),
            bell=self.bell,
        )
        return self.desk

    def view(self, directory: Callable[[], Directory]) -> MenuView:
        return MenuView(
            self.desk,
            self.database,
            directory=directory,
            closed=never_closed,
            clock=lambda: self.clock(),
            studio=lambda: self.studio,
        )

    def leads(self, key: str) -> str:
        """Where a key of the first menu leads, for whoever calls now."""
        return type(self.tree.menus[self.tree.root].target(key)).__name__

    async def _speak(self, tree: MenuTree) -> int:
        if self.mute is not None:
            fault, self.mute = self.mute, None
            raise fault
        self.spoken.append(tree)
        if self.meanwhile is not None:
            call, self.meanwhile = self.meanwhile, None
            await call()
        return 1

    async def _use(self, tree: MenuTree) -> None:
        self.tree = tree
        self.used.append(tree)
