"""The page of a download link, and the package behind it. Refuses to count or to send anything to whoever only opens the page.

The address is the right, as with other links: docs/decisions/016-the-link-is-the-account.md.
"""

from ipaddress import ip_address

from aiohttp import web

from hotline1022.core.words import number_written
from hotline1022.web.link_door import DOOR
from hotline1022.web.package_port import PackageFound
from hotline1022.web.page_render import fill, page, style
from hotline1022.web.page_view import moment
from hotline1022.web.route import Ask
from hotline1022.web.stream import serve_range


async def show_package_style(ask: Ask) -> web.Response:
    """The style sheet beside the page."""
    return style()


async def show_package(ask: Ask) -> web.Response:
    """What the link is for."""
    found = await _found(ask)
    html = fill(
        "package.html",
        package=found,
        size=number_written(found.bytes),
        until=moment(found.expires_at),
        # beside the page, whatever a proxy puts in front
        package_path=f"{ask.path['key']}.zip",
    )
    return page(html)


async def fetch_package(ask: Ask) -> web.StreamResponse:
    """The package, whole or a range of it."""
    found = await _found(ask)
    source = await ask.ports.packages.open(found, origin(ask.request))
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "X-Robots-Tag": "noindex, nofollow",
    }
    return await serve_range(ask.request, source, found, headers)


def origin(request: web.Request) -> str:
    """From where it is asked; of a proxy on this machine also what that one says, by the last address that it added."""
    remote = request.remote or "?"
    # proxies add to the line that came, or a line of their own at the end
    said = request.headers.getall("X-Forwarded-For", [""])[-1].rpartition(",")[2].strip()
    try:
        if said and ip_address(remote).is_loopback:
            return f"{ip_address(said)} via {remote}"
    except ValueError:
        pass
    return remote


async def _found(ask: Ask) -> PackageFound:
    found = await ask.ports.packages.find(ask.path["key"], ask.ports.clock())
    if found is None:
        raise ask.request.app[DOOR].refused(ask.request.remote)
    return found
