"""What is heard of each category and agency by its name: the menu's are made before the start, those of the directory alone here.

Refuses to let anybody wait: until its own sound is there, such a category is announced, and such an agency named, in general words.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.directory.lookup import active
from hotline1022.ivr.model import Fixed, MenuTree, about_prompt, about_texts, agency_prompt, agency_texts
from hotline1022.ivr.prompts import Further
from hotline1022.service.directory.desk import DirectoryDesk, menu_categories

log = logging.getLogger(__name__)

#: seconds between two looks whether directory, menu or day are others, and after one that could not make what is missing
LOOK_SECONDS, RETRY_SECONDS = 2.0, 60.0

#: what makes these prompts (key → text) in a menu's voice; blocks
Make = Callable[[MenuTree, Mapping[str, str]], Further]


class DirectorySounds:
    """`run` in the service's TaskGroup."""

    def __init__(
        self, directory: DirectoryDesk, menu: Callable[[], MenuTree], make: Make, clock: Callable[[], datetime]
    ) -> None:
        self._directory, self._menu, self._make, self._clock = directory, menu, make, clock
        #: held while sounds are made: only one may do so in a folder
        self.lock = asyncio.Lock()
        self._made: tuple[MenuTree, Mapping[str, str]] | None = None
        self._texts: Mapping[str, str] = {}
        self._ready: frozenset[str] = frozenset()
        self._failed: tuple[str, ...] = ()

    def about(self, category: str) -> str:
        """The prompt that announces a category now to whoever is called; "" = none."""
        own = about_prompt(category)
        return own if own in self._ready or category in menu_categories(self._menu()) else about_prompt("")

    def agency(self, agency: str) -> str:
        """The prompt that says the name of an agency now."""
        own = agency_prompt(agency)
        return own if own in self._ready or agency in _menu_agencies(self._menu()) else Fixed.TICKET_AGENCY_OTHER

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
        menu = self._menu()
        texts = self._wanted(menu)
        if self._made == (menu, texts):
            return True
        # a name that is another one is not said until it can be said rightly
        self._ready = frozenset(key for key in self._ready if self._texts.get(key) == texts.get(key))
        self._texts = texts
        try:
            async with self.lock:
                done = await asyncio.to_thread(self._make, menu, texts)
        except (HotlineError, OSError) as error:
            done = Further(ready=self._ready, made=0, failed=(str(error),))
        self._ready = done.ready
        if done.made:
            log.info("%d names that only the directory has can be heard now", done.made)
        if done.failed != self._failed:
            for why in done.failed:
                log.warning("a name that only the directory has is told in general words: %s", why)
        self._failed = done.failed
        self._made = None if done.failed else (menu, texts)
        return not done.failed

    def _wanted(self, menu: MenuTree) -> dict[str, str]:
        """What the menu does not have: the categories of the day, and every agency, as tickets outlive theirs."""
        directory, day = self._directory.now, local_day(self._clock())
        known, named = menu_categories(menu), _menu_agencies(menu)
        categories = {
            one.id: one.name for one in directory.categories.values() if active(one, day) and one.id not in known
        }
        agencies = {one.id: one.name for one in directory.agencies.values() if one.id not in named}
        return about_texts(menu.prompts, categories) | agency_texts(agencies)


def _menu_agencies(menu: MenuTree) -> frozenset[str]:
    return frozenset(agency.id for agency in menu.agencies)
