"""Fonts, style and scripts for browsers: our own from web/static, others' from web/vendor, which scripts/setup fetched. Refuses
names that are not in one of the two.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from aiohttp import web

from hotline1022.core.errors import NotFound
from hotline1022.web.route import Ask

_FOLDERS = ("static", "vendor")
#: what a worker may do is said with its script, not by the pages that share it: load a script of ours, and ask us
_WORKER, _POLICY = "live-worker.js", "default-src 'none'; script-src 'self'; connect-src 'self'"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


def _there() -> Mapping[str, Path]:
    """All files by name. Remembered once those of others are there: they may be fetched while the service runs."""
    return _listed() if (Path(__file__).parent / "vendor" / "tabler.css").is_file() else _look()


@cache
def _listed() -> Mapping[str, Path]:
    return _look()


def _look() -> Mapping[str, Path]:
    room = Path(__file__).parent
    return {
        path.name: path
        for folder in _FOLDERS
        if (room / folder).is_dir()
        for path in sorted((room / folder).iterdir())
        if path.suffix in _KINDS
    }


def address(name: str) -> str:
    """Where a page finds a file: another address for all of them when one has another content, because they name each other.
    A page that wants one that is not there is served all the same, without it.
    """
    return f"/assets/{digest()}/{name}"


def digest() -> str:
    """Of the content of all files together."""
    return _digest_of(tuple(sorted(_there().items())))


@cache
def _digest_of(there: tuple[tuple[str, Path], ...]) -> str:
    digest = hashlib.sha256()
    for name, path in there:
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def are_there() -> bool:
    """Whether the pages have their style."""
    return "tabler.css" in _there()


def _given(path: Path, zipped: bool) -> tuple[bytes, bool]:
    """What a browser is given, and whether it is zipped."""
    small = path.with_name(path.name + ".gz")
    zipped = zipped and small.is_file()
    chosen = small if zipped else path
    found = chosen.stat()
    return _content(chosen, found.st_mtime_ns, found.st_size), zipped


@lru_cache(maxsize=200)
def _content(path: Path, written: int, size: int) -> bytes:
    """A file's bytes, those that it has since then; all of them together take less than two megabytes."""
    return path.read_bytes()


async def show_file(ask: Ask) -> web.StreamResponse:
    """A file, zipped where the browser takes that. Who asks with another content's address is given the content of today, and must
    not keep it.
    """
    path = _there().get(ask.path["file"])
    if path is None:
        raise NotFound("there is no such file; load the page again", error_id="asset-unknown")
    # kept: a file that is open for each browser stays open when the browser is gone before it was read
    content, fits = await asyncio.to_thread(_given, path, "gzip" in ask.request.headers.get("Accept-Encoding", ""))
    response = web.Response(body=content, content_type=_KINDS[path.suffix])
    if fits:
        response.headers["Content-Encoding"] = "gzip"
    if ask.path["digest"] == digest():
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if path.name == _WORKER:
        response.headers["Content-Security-Policy"] = _POLICY
    return response
