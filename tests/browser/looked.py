"""Pages looked at one after the other in a Chromium: what axe finds, what is wider than the screen, a picture of each. What is wrong is
told at the end, for all of them together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.browser.steps import barriers, serious
from tests.lab.browser import Tab

#: how wide the page is, and how much of it is seen without scrolling sideways
WIDE = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@dataclass(slots=True)
class Looks:
    """At the pages of one tab, `width` pixels wide."""

    tab: Tab
    width: int
    pictures: Path
    #: what the pages must be in; "" for any
    theme: str = ""
    #: by the name of the look
    wrong: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    async def __call__(self, name: str) -> None:
        if self.theme:
            assert await self.tab.run("document.documentElement.dataset.bsTheme") == self.theme
        if found := await barriers(self.tab):
            self.wrong[name] = found
        wide, seen = await self.tab.run(WIDE)
        if wide > min(seen, self.width):
            self.wrong[f"{name} sideways"] = wide
        short = re.sub(r"\W+", "-", name).strip("-")[:60]
        await self.tab.picture(self.pictures / f"{next(self._numbers):02}-{self.width}-{self.theme}-{short}.png")

    def nothing_wrong(self) -> None:
        assert not self.wrong, "\n".join(f"{name}: {found}" for name, found in self.wrong.items())
        assert serious(self.tab) == []
