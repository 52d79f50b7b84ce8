"""The menu's desk, its view and the names beside it, put together for the running service. Decides nothing itself."""

from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.ivr.model import MenuTree
from hotline1022.service.directory.sounds import DirectorySounds
from hotline1022.service.menu.desk import MenuDesk
from hotline1022.service.menu.view import MenuView
from hotline1022.service.prepare import speak_further
from hotline1022.service.reload import change_over, speak_for_calls

if TYPE_CHECKING:
    from hotline1022.service.app import App


def menus_of(app: "App") -> MenuDesk:
    """It makes sounds and changes over as a reload does."""

    async def speak(menu: MenuTree) -> int:
        return await speak_for_calls(app, app.settings, menu)

    async def use(menu: MenuTree) -> None:
        await change_over(app, app.settings, app.secrets, menu)

    return MenuDesk(
        app.database,
        settings=lambda: app.settings,
        menu=lambda: app.menu,
        speak=speak,
        use=use,
        clock=utc_now,
        bell=app.bell,
    )


def sounds_of(app: "App") -> DirectorySounds:
    """What is heard of each category and agency that only the directory has, in the voice of the menu in force."""
    return DirectorySounds(
        app.directory,
        lambda: app.menu,
        lambda menu, more: speak_further(app.settings, menu, more),
        utc_now,
    )


def menu_view_of(app: "App") -> MenuView:
    """What pages and API ask."""
    return MenuView(
        app.menus,
        app.database,
        directory=lambda: app.directory.now,
        closed=app.closed,
        clock=utc_now,
        studio=lambda: app.settings.paths.prompts_studio,
    )
