"""Fonts, style and scripts for browsers: our own from web/static, others' from web/vendor, which scripts/setup fetched. Refuses
names that are not in one of the two.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from aiohttp import web

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.web.route import Ask

_FOLDERS = ("static", "vendor")
_KINDS = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@cache
def _there() -> Mapping[str, Path]:
    """All files by name."""
    room = Path(__file__).parent
    return {
        path.name: path
        for folder in _FOLDERS
        if (room / folder).is_dir()
        for path in sorted((room / folder).iterdir())
        if path.suffix in _KINDS
    }


@cache
def address(name: str) -> str:
    """Where a page finds a file: another address with each other content. KeyError for a name that is none."""
    digest = hashlib.sha256(_there()[name].read_bytes()).hexdigest()[:12]
    return f"/assets/{digest}/{name}"


def check_there() -> None:
    """Unavailable `assets-missing` when the pages would have no style."""
    if "tabler.css" not in _there():
        text = "fonts, style and scripts of the pages are missing; run scripts/setup"
        raise Unavailable(text, error_id="assets-missing")


async def show_file(ask: Ask) -> web.StreamResponse:
    """A file, zipped where the browser takes that. Who asks with another content's address is given the content of today."""
    path = _there().get(ask.path["file"])
    if path is None:
        raise NotFound("there is no such file; load the page again", error_id="asset-unknown")
    response = web.FileResponse(path)
    response.content_type = _KINDS[path.suffix]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response
