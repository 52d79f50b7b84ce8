"""The first page of the desk: where somebody may go, and which answers of the own agency need a new version. Refuses nothing."""

from collections.abc import Sequence

from aiohttp import web

from hotline1022.accounts.types import Permission
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
    return show(ask, "home", groups=groups if ask.signed.permissions else [], told=await _told(ask))


async def _told(ask: Ask) -> Sequence[dict[str, str]]:
    """What those who write or publish the own agency's answers have to see to, each once and with its list."""
    signed = ask.signed
    if signed is None or not (signed.may(Permission.FAQ_WRITE) or signed.may(Permission.FAQ_PUBLISH)):
        return ()
    faq, now, say = ask.ports.faq, ask.ports.clock(), words()
    by = await faq.author(signed)
    # who sees all lists the own ones by name, so that the list has as many as were told
    own = by.agency if by.reads_all else ""
    ending, soon = await faq.ending(frozenset({own}) if own else by.agencies, now), faq.soon(now)
    rows = (
        ("soon", ending.soon, say("faq.soon-told", days=(soon.last - soon.first).days, count=ending.soon)),
        ("over", ending.over, say("faq.over-told", count=ending.over)),
    )
    mine = f"&agency={own}" if own else ""
    return [{"path": f"/desk/faq?{which}=1{mine}", "said": text} for which, count, text in rows if count]
