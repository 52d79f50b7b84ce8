"""What is missing in the directory, and whom a citizen would be put through to: looked at, not changed."""

from dataclasses import dataclass
from typing import Annotated

from aiohttp import web

from hotline1022.core.clock import local, local_day
from hotline1022.core.errors import HotlineError
from hotline1022.web.desk.directory import HERE
from hotline1022.web.desk.directory_forms import SHAPES
from hotline1022.web.desk.hunts import ring_rows
from hotline1022.web.desk.menu_try import moment_of
from hotline1022.web.desk.render import show
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntLook:
    """For what, where, when."""

    agency: Annotated[str, Rule(doc="id of an agency; empty = by category")] = ""
    category: Annotated[str, Rule(doc="id of a category; empty = by agency")] = ""
    area: Annotated[str, Rule(doc="id of an area; empty = none")] = ""
    at: Annotated[str, Rule(doc="2026-11-30T09:15, on the province's clock; empty = now")] = ""


async def show_gaps(ask: Ask) -> web.Response:
    """Who and what is missing today, with the way to it."""
    say = words()
    found = await ask.ports.directory.gaps(local_day(ask.ports.clock()))
    rows = [
        {
            "kind": say(f"gap.{one.kind}"),
            "name": one.name,
            "path": f"{HERE}/{SHAPES[one.what].folder}/{one.id}" if one.kind != "category-missing" else "",
            "what": say(f"directory.{SHAPES[one.what].folder}"),
        }
        for one in found
    ]
    return show(ask, "directory-gaps", here=HERE, rows=rows)


async def show_hunt(ask: Ask) -> web.Response:
    """In order, with who is left out and why."""
    query: HuntLook = ask.query
    port, day = ask.ports.directory, local_day(ask.ports.clock())
    at = moment_of(query.at) or ask.ports.clock()
    found, error = None, None
    if query.agency or query.category:
        try:
            # an agency that is named is rung, whatever the category
            category = "" if query.agency else query.category
            found = await port.hunt(query.agency, category, query.area if category else "", at)
        except HotlineError as refused:
            error = refused
    return show(
        ask,
        "directory-hunt",
        error=error,
        here=HERE,
        query=query,
        at=local(at).strftime("%Y-%m-%dT%H:%M"),
        agencies=[(one.id, one.name) for one in await port.agencies(day)],
        categories=[(one.id, one.name) for one in await port.categories(day)],
        areas=[(one.id, one.name) for one in await port.areas(day)],
        agency=found.agency.name if found else "",
        rings=ring_rows(found.steps) if found else [],
    )
