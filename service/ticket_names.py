"""Names for tickets out of the menu: its agencies and categories. Knows no areas and no contact points."""

from collections.abc import Callable

from hotline1022.ivr.model import MenuTree
from hotline1022.tickets.ports import CategoryNames


class MenuNames:
    """tickets.ports.Names."""

    def __init__(self, menu: Callable[[], MenuTree]) -> None:
        self._menu = menu

    async def agency(self, agency: str) -> str | None:
        """The agency's name."""
        return next((one.name for one in self._menu().agencies if one.id == agency), None)

    async def category(self, category: str) -> CategoryNames | None:
        """The category's name and lead agency."""
        found = next((one for one in self._menu().categories if one.id == category), None)
        return None if found is None else CategoryNames(name=found.name, agency=found.agency)

    async def area(self, area: str) -> str | None:
        """Nobody's."""
        return None

    async def contact(self, contact: str) -> str | None:
        """Nobody's."""
        return None
