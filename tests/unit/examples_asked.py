"""Each route asked once of a hotline in memory, with the bodies of test_web_roles.py: the examples of the document.

scripts/write-openapi writes down what comes back; test_openapi_examples.py asks again and compares.
"""

import re
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse

from hotline1022.accounts.types import Permission, Stage
from hotline1022.core.errors import Unavailable
from hotline1022.web.cookies import HEADER, PLAIN, form_token
from hotline1022.web.route import Route
from hotline1022.web.routes import ROUTES
from tests.unit.accounts_memory import MemoryDoor
from tests.unit.calls_memory import NOW
from tests.unit.staff_memory import PIN
from tests.unit.test_web_roles import BODIES, FORMS, QUERIES, UPLOADS, real, real_parts
from tests.unit.web_memory import SECRETS, House, open_house

#: where the right is one of the token `listen`, and a session would be somebody else
OF_A_TOKEN = ("/api/listen/{key}", "/api/disclosures/{disclosure}/change")
#: given once the officer asked who the citizen is
OF_THE_SHOWN = ("/l/{token}/files/{attachment}", "/api/link/{token}/attachments/{attachment}")
#: a text longer than this is shown by its beginning
SHOWN = 400
#: what a clock measures is another each time
MEASURED = "took_ms"
#: rows of a list that are shown
ROWS = 2
DOCUMENT, READY = "/api/openapi.json", "/api/health/ready"


#: what must be done before: what is stopped must have begun
BEGUN = {f"{path}/stop": path for path in BODIES} | {
    "/api/backups/stop": "/api/backups",
    "/api/backups/verification/stop": "/api/backups/{backup}/verify",
    "/api/recordings/keys/count/stop": "/api/recordings/keys/count",
    "/api/recordings/reseal/stop": "/api/recordings/reseal",
    "/api/recordings/catalogue/rebuild/stop": "/api/recordings/catalogue/rebuild",
    "/api/templates/{template}/again": "/api/templates/{template}",
}


async def asked(folder: Path) -> dict[str, dict[str, Any]]:
    """By method and path: path, query and body of a request, and the answers; as web/examples.py reads them."""
    told: dict[str, dict[str, Any]] = {}
    reading = folder / "reading"
    reading.mkdir()
    async with open_house(reading) as house:
        for route in ROUTES:
            if route.method == "GET":
                told[f"GET {route.path}"] = await _of(route, house)
    for number, route in enumerate(route for route in ROUTES if route.method != "GET"):
        place = folder / str(number)
        place.mkdir()
        async with open_house(place) as house:  # each its own: no answer hangs on what was done before
            told[f"{route.method} {route.path}"] = await _of(route, house)
    away = folder / "away"
    away.mkdir()
    async with open_house(away) as house:
        house.checks[0].fails = Unavailable("Asterisk does not answer on port 5060; start it")
        route = next(route for route in ROUTES if route.path == READY)
        told[f"GET {READY}"]["answers"]["503"] = await _asked(route, house, {}, None, 503)
    return told


async def _of(route: Route, house: House) -> dict[str, Any]:
    await house.lines.login("101", "1001", PIN)
    house.links.shown = route.path in OF_THE_SHOWN
    if route.path in BEGUN:
        begun = next(one for one in ROUTES if (one.method, one.path) == ("POST", BEGUN[route.path]))
        await _asked(begun, house, {}, BODIES.get(begun.path))
    body = FORMS.get(route.path, BODIES.get(route.path)) if route.method == "POST" else None
    if body and "{ticket}" in route.path:
        body = {**body, "version": 1}  # in test_web_roles.py others come before
    query = UPLOADS.get(route.path, QUERIES.get(route.path, {}))
    file = f"(the bytes of {query.get('name', 'hoi-dap.xlsx')})"
    first = await _asked(route, house, query, body)
    if route.page and body:  # as the schema has it: in a form a number is a text
        body = {key: int(value) if value.isdigit() else value for key, value in body.items()}
    return {
        "path": {name: value for name, value in real_parts(house).items() if f"{{{name}}}" in route.path},
        "query": query,
        "body": file if route.upload and not route.page else body,
        # of another status the same kind, or a part of it; of one that is JSON it is asked for
        "answers": {str(status): first for status in (route.status, *(() if route.answer else route.also))},
    }


async def _asked(route: Route, house: House, query: dict[str, str], body: Any, status: int = 0) -> Any:
    sent: dict[str, Any] = {"params": query, "headers": _shown(route, house)}
    if route.upload and not route.page:
        sent["data"] = b"a file"
        sent["headers"]["Content-Type"] = "text/plain"
    elif body is not None:
        sent["data" if route.page else "json"] = body
    path = real(route.path, house)
    async with house.client.request(route.method, path, allow_redirects=False, **sent) as response:
        if route.seconds is None:
            return ""
        text = await response.text(errors="replace")
        assert response.status == (status or route.status), (route.method, route.path, text)
        if route.path == DOCUMENT:
            told = await response.json()
            return {"openapi": told["openapi"], "info": told["info"], "paths": {}}
        return _shorter(await response.json()) if response.content_type == "application/json" else _said(response, text)


def _shown(route: Route, house: House) -> dict[str, str]:
    """Who asks: a session that may everything."""
    if route.open and not route.path.startswith(OF_A_TOKEN):
        return {}
    if route.path.startswith(OF_A_TOKEN):
        return {"Authorization": f"Bearer {SECRETS['listen']}"}
    assert isinstance(house.ports.door, MemoryDoor)
    stage = Stage.FULL if Stage.FULL in route.stages else min(route.stages)
    cookie = house.ports.door.let_in("lan", frozenset(Permission), NOW, person="1001", stage=stage)
    return {"Cookie": f"{PLAIN}={cookie}", HEADER: form_token(cookie)}


def _said(response: ClientResponse, text: str) -> str:
    """Of a page or a table some lines, of a file its name."""
    kind = response.content_type
    if not kind.startswith("text/"):
        named = re.search(r'filename="([^"]+)"', response.headers.get("Content-Disposition", ""))
        return f"(the bytes of {named[1]})" if named else f"(bytes of {kind})"
    return _beginning(text)


def _shorter(value: Any) -> Any:
    """Long lists by their first rows, long texts by their beginning."""
    match value:
        case dict():
            return {key: 0 if key == MEASURED else _shorter(one) for key, one in value.items()}
        case list():
            return [_shorter(one) for one in value[:ROWS]]
        case str():
            return _beginning(value)
        case _:
            return value


def _beginning(text: str) -> str:
    return text if len(text) <= SHOWN else text[: text.rfind("\n", 0, SHOWN) + 1] + "…"
