"""What a called person hears of each category: the menu's are made before the start, those of the directory alone here.

Refuses to let a hunt wait: until its own sound is there, such a category is announced by the general text.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.directory.lookup import active
from hotline1022.ivr.model import MenuTree, about_prompt
from hotline1022.ivr.prompts import Categories
from hotline1022.service.directory_desk import DirectoryDesk, menu_categories

log = logging.getLogger(__name__)

#: seconds between two looks whether directory, menu or day are others, and after one that could not make what is missing
LOOK_SECONDS, RETRY_SECONDS = 2.0, 60.0

#: what makes the sounds of these categories (id → name) in a menu's voice; blocks
Make = Callable[[MenuTree, Mapping[str, str]], Categories]


class CategorySounds:
    """`run` in the service's TaskGroup."""

    def __init__(
        self, directory: DirectoryDesk, menu: Callable[[], MenuTree], make: Make, clock: Callable[[], datetime]
    ) -> None:
        self._directory, self._menu, self._make, self._clock = directory, menu, make, clock
        #: held while sounds are made: only one may do so in a folder
        self.lock = asyncio.Lock()
        self._made: tuple[MenuTree, Mapping[str, str]] | None = None
        self._names: Mapping[str, str] = {}
        self._ready: frozenset[str] = frozenset()
        self._failed: tuple[str, ...] = ()

    def prompt(self, category: str) -> str:
        """The prompt that announces a category now; "" = none."""
        return about_prompt(category if category in self._ready or category in menu_categories(self._menu()) else "")

    def again(self) -> None:
        """Look at every sound once more: recordings of the studio may be others."""
        self._made = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            made = await self.look()
            await asyncio.sleep(LOOK_SECONDS if made else RETRY_SECONDS)

    async def look(self) -> bool:
        """Make what is missing; False when some could not be made."""
        menu, day = self._menu(), local_day(self._clock())
        known = menu_categories(menu)
        categories = self._directory.now.categories.values()
        names = {one.id: one.name for one in categories if active(one, day) and one.id not in known}
        if self._made == (menu, names):
            return True
        # a name that is another one is not said until it can be said rightly
        self._ready = frozenset(id for id in self._ready if self._names.get(id) == names.get(id))
        self._names = names
        try:
            async with self.lock:
                done = await asyncio.to_thread(self._make, menu, names)
        except (HotlineError, OSError) as error:
            done = Categories(ready=self._ready, made=0, failed=(str(error),))
        self._ready = done.ready
        if done.made:
            log.info("%d categories that only the directory has can be heard now", done.made)
        if done.failed != self._failed:
            for why in done.failed:
                log.warning("a category that only the directory has is announced in general words: %s", why)
        self._failed = done.failed
        self._made = None if done.failed else (menu, names)
        return not done.failed
