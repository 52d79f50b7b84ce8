"""The first page of the desk: where somebody may go. Refuses nothing."""

from aiohttp import web

from hotline1022.web.desk.desk_map import grouped
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask


async def show_home(ask: Ask) -> web.Response:
    """Its parts."""
    assert ask.signed is not None
    say = words()
    groups = [
        {
            "key": group.value,
            "name": say(f"part-group.{group}"),
            "parts": [
                {"path": one.path, "name": say(f"part.{one.key}"), "about": say(f"part.{one.key}-about")}
                for one in within
            ],
        }
        for group, within in grouped(ask.signed)
    ]
    return show(ask, "home", groups=groups if ask.signed.permissions else [])
