"""The routes of the directory's pages: the same six for each sort of things, two that only look, scans of letters."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.directory.types import What
from hotline1022.web.desk.directory import HERE, ListQuery, adder, lister, saver, shower
from hotline1022.web.desk.directory_end import ender
from hotline1022.web.desk.directory_forms import SHAPES
from hotline1022.web.desk.directory_history import WITH_LETTERS
from hotline1022.web.desk.directory_letters import attacher, fetcher
from hotline1022.web.desk.directory_look import HuntLook, show_gaps, show_hunt
from hotline1022.web.route import Route


def directory_pages(page: Callable[..., Route]) -> Iterator[Route]:
    """Made by the `page` of routes.py."""
    may = Permission.DIRECTORY
    yield page("GET", HERE, "Agencies", lister(What.AGENCY), may, ListQuery)
    yield page("GET", f"{HERE}/gaps", "What is missing", show_gaps, may)
    yield page("GET", f"{HERE}/hunt", "Whom a citizen would be put through to", show_hunt, may, HuntLook)
    for what, shape in SHAPES.items():
        path = f"{HERE}/{shape.folder}"
        one = f"{path}/{{{what}}}"
        yield page("GET", path, f"All: {what}", lister(what), may, ListQuery)
        yield page("GET", f"{path}/new", f"A new {what}", adder(what), may, ListQuery)
        yield page("POST", f"{path}/new", f"A new {what}", saver(what, new=True), may)
        yield page("GET", one, f"One {what}, and its history", shower(what), may, ListQuery)
        yield page("POST", one, f"Change it: {what}", saver(what, new=False), may)
        yield page("POST", f"{one}/end", f"End it: {what}", ender(what), may)
        if what in WITH_LETTERS:
            yield page("POST", f"{one}/letters", "Attach the scan of a letter", attacher(what), may, upload=True)
            scan = page("GET", f"{one}/letters/{{letter}}", "The scan of a letter", fetcher(what), may)
            yield replace(scan, leaves=True, media="application/octet-stream", seconds=60)
