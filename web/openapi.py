"""The OpenAPI 3.1 document, made from the table of routes and the types it names. Refuses nothing."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from typing import Any, get_type_hints

from aiohttp import web

from hotline1022.web.errors import Forbidden, no_token
from hotline1022.web.events_told import webhooks
from hotline1022.web.examples import FAILURE, NONE, Example, examples, refusals
from hotline1022.web.failures import told
from hotline1022.web.route import PARTS, Ask, Route
from hotline1022.web.rules import dump, schema
from hotline1022.web.wire import Failure, NoInput

#: Where an application keeps its document.
DOCUMENT: web.AppKey[Mapping[str, Any]] = web.AppKey("document", Mapping)


#: how whoever asks shows who that is
SCHEMES: Mapping[str, Any] = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-hl1022", "description": "of the desk"},
    "form": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "of the session, in each page"},
}


#: what the door says, as it says it
NOBODY = no_token()
MAY_NOT = Forbidden("the token 'desk' lacks the permission settings; use one of scope admin")
#: what a status of a failure means, whatever was asked
_MEANS = {
    "401": "Nobody showed who asks",
    "403": "Whoever asks may not",
    "404": "There is no such thing",
    "409": "Things are not as they were thought to be; nothing was done",
}
_LOCATION = {"description": "where it goes on", "schema": {"type": "string"}}


async def get_document(ask: Ask) -> Mapping[str, Any]:
    """The document."""
    return ask.request.app[DOCUMENT]


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The document of these routes."""
    routes = list(routes)
    parts: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, parts)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "1022",
            "version": version,
            "description": "Calls, lines and people of the hotline. Times are ISO 8601 on the province's clock.",
        },
        "tags": [{"name": name} for name in sorted({_tag(route) for route in routes})],
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "schemas": dict(sorted(parts.items())),
            "securitySchemes": SCHEMES,
        },
    }


def _tag(route: Route) -> str:
    """What it is about: `calls` of `/api/calls/{call}`; links of citizens and receivers are `links`."""
    _, first, *rest = route.path.split("/")
    return rest[0] if first == "api" and rest else "links"


def _session(route: Route) -> dict[str, Any]:
    """Somebody who is signed in; what changes something says that a page of the session sent it."""
    return {"session": []} if route.method == "GET" else {"session": [], "form": []}


def _operation(route: Route, parts: dict[str, Any]) -> dict[str, Any]:
    example = examples().get(f"{route.method} {route.path}", NONE)
    needs = (
        "open to all"
        if route.open
        else f"permission {' or '.join((route.needs, *sorted(route.others)))}"
        if route.needs
        else "any token or session"
    )
    if route.people:
        needs = "any session"
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [_tag(route)],
        "summary": route.summary,
        "description": f"{route.detail} ({needs})".strip(),
        "security": [*([{}] if route.open else []), *([] if route.people else [{"token": []}]), _session(route)],
        "responses": _responses(route, parts, example),
    }
    if parameters := [*_path_parameters(route, example), *_query_parameters(route, parts, example)]:
        operation["parameters"] = parameters
    if route.upload:
        shape: dict[str, Any] = {"type": "string", "format": "binary"}
        operation["requestBody"] = _sent("application/octet-stream", shape, example)
    if route.body is not NoInput:
        media = "application/x-www-form-urlencoded" if route.page else "application/json"
        operation["requestBody"] = _sent(media, schema(route.body, parts), example)
    return operation


def _sent(media: str, shape: dict[str, Any], example: Example) -> dict[str, Any]:
    told = {} if example.body is None else {"example": example.body}
    return {"required": True, "content": {media: {"schema": shape, **told}}}


def _path_parameters(route: Route, example: Example) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": rule.doc,
            "schema": {"type": "string", "pattern": f"^({rule.pattern})$"},
            **({"example": example.path[name]} if name in example.path else {}),
        }
        for name, rule in PARTS.items()
        if f"{{{name}}}" in route.path
    ]


def _query_parameters(route: Route, parts: dict[str, Any], example: Example) -> list[dict[str, Any]]:
    hints = get_type_hints(route.query, include_extras=True)
    found = []
    for field in fields(route.query):
        shape = schema(hints[field.name], parts)
        doc = shape.pop("description", "")
        if "anyOf" in shape:  # a parameter is left out, never null
            shape = next(choice for choice in shape["anyOf"] if choice != {"type": "null"})
        if field.default not in (MISSING, None):
            shape["default"] = field.default.value if isinstance(field.default, Enum) else field.default
        needed = field.default is MISSING and field.default_factory is MISSING
        made = {"name": field.name, "in": "query", "required": needed, "description": doc, "schema": shape}
        found.append(made | ({"example": example.query[field.name]} if field.name in example.query else {}))
    return found


def _responses(route: Route, parts: dict[str, Any], example: Example) -> dict[str, Any]:
    failure: dict[str, Any] = {"application/json": {"schema": schema(Failure, parts), "example": FAILURE}}
    if route.page:  # whoever reads it is no program
        failure = {"text/html": {"schema": {}, "example": '<!doctype html>\n<html lang="vi">…'}}
    if route.answer is None:
        shape: dict[str, Any] = {"type": "object"} if route.media == "application/json" else {}
    elif dataclasses.is_dataclass(route.answer):
        shape = schema(route.answer, parts)
    else:
        raise TypeError(f"{route.path} answers with {route.answer!r}, which is no dataclass")
    done: dict[str, Any] = {}
    for status in (route.status, *route.also):
        if 300 <= status < 400:  # it only leads on
            done[str(status)] = {"description": route.summary, "headers": {"Location": _LOCATION}}
            continue
        content: dict[str, Any] = {"schema": shape}
        if route.example or str(status) in example.answers:
            content["example"] = route.example or example.answers[str(status)]
        done[str(status)] = {"description": route.summary, "content": {route.media: content}}
    return done | _refusals(route, parts) | {"default": {"description": "It was not done", "content": failure}}


def _refusals(route: Route, parts: dict[str, Any]) -> dict[str, Any]:
    """What the door says before a route's own rules are asked, and what these say: as they said it."""
    if route.page:
        return {}
    said: dict[str, Any] = {}
    if not route.open:
        said["401"] = dump(told(NOBODY))
        if route.needs is not None:
            said["403"] = dump(told(MAY_NOT))
    said |= refusals().get(f"{route.method} {route.path}", {})
    return {
        status: {
            "description": _MEANS[status],
            "content": {"application/json": {"schema": schema(Failure, parts), "example": example}},
        }
        for status, example in said.items()
    }
