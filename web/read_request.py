"""What a request says, read as its route describes it: the parts of its address, what is asked, what was sent. Refuses all else."""

import json
import re
from dataclasses import fields
from typing import Any

from aiohttp import web

from hotline1022.core.errors import Invalid, NotFound
from hotline1022.web.desk.forms import SENT, Form, read_fields, read_form, read_texts
from hotline1022.web.route import PARTS, Route
from hotline1022.web.rules import parse
from hotline1022.web.wire import NoInput


def path_of(request: web.Request) -> dict[str, str]:
    """The parts of its address. NotFound for one that no id looks like."""
    parts = dict(request.match_info)
    for name, text in parts.items():
        if not re.fullmatch(PARTS[name].pattern, text):
            raise NotFound(f"there is no such {name}; an id looks otherwise", error_id=f"{name}-unknown")
    return parts


def query_of(route: Route, request: web.Request) -> Any:
    """What is asked for. Invalid, by what it does not know or cannot read."""
    pairs = request.rel_url.query
    if route.page or route.desk is not None:  # mail programs hang words of their own on addresses
        known = {field.name: pairs[field.name][:200] for field in fields(route.query) if field.name in pairs}
        return parse(route.query, known, texts=True)
    if len(pairs) != len(set(pairs)):
        raise Invalid("a key is given twice; give it once", error_id="key-twice")
    return parse(route.query, dict(pairs), texts=True)


async def body_of(route: Route, request: web.Request) -> Any:
    """What was sent; it is read once, and not again where that broke off."""
    if route.page or (route.upload and route.desk is None):  # the handler reads it, when it knows who sends it
        return NoInput()
    if SENT not in request:
        request[SENT] = None
        request[SENT] = await _read_body(route, request)
    return request[SENT]


async def _read_body(route: Route, request: web.Request) -> Any:
    if route.desk is not None and route.upload:
        return await read_form(request)
    if request.method in ("GET", "HEAD"):
        return NoInput()
    if route.desk is not None:
        return Form(pairs=tuple(read_fields(request.content_type, await read_texts(request))))
    raw = await request.read()
    if not raw.strip() and route.body is NoInput:
        return NoInput()
    if request.content_type != "application/json":
        raise Invalid("the body is not JSON; send it with Content-Type: application/json", error_id="body-not-json")
    try:
        given = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise Invalid("the body is not JSON; send an object in UTF-8", error_id="body-not-json") from None
    if not isinstance(given, dict):
        raise Invalid("the body is not an object; send {…}", error_id="body-not-json")
    return parse(route.body, given, texts=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
