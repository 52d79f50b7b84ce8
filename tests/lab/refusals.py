"""What the whole service answers where something is not there (404) or not as the asker thinks (409): each operation asked for an id
that nobody has, then as if somebody had read it long ago, with a secret that is wrong, and twice. Keeps nothing.

scripts/write-openapi --refusals writes down what comes back; tests/contract/test_refusals.py asks again and compares.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hotline1022.accounts.types import Permission
from hotline1022.web.examples import Example, examples
from hotline1022.web.route import PARTS, Route
from hotline1022.web.routes import ROUTES
from tests.lab.whole_service import Whole

#: what nobody has, in the form that an id of its kind has
NOBODY = {part: "0" * 16 for part, rule in PARTS.items() if "[0-9a-f]{16}" in rule.pattern}
NOBODY |= {
    part: "khong-co" for part in ("agency", "area", "category", "contact", "role", "voicemail", "alarm", "message")
}
NOBODY |= {
    "call": "hl1-1.1",
    "draft": "hl1-1.1",
    "line": "999",
    "to_tell": "khong-co",
    "code": "99999999",
    "key": "A" * 43,
}
NOBODY |= {"shift": "khong-co", "person": "99999999", "crew": "khong-co", "reason": "9", "version": "999999999"}
NOBODY |= {"template": "khong.co.sms", "backup": "20200101T000000Z"}
#: and no id at all
NO_ID = "~"
#: keys of bodies that say what was read, and which is older than anything that is there
SEEN = ("version", "seen", "revision", "mark", "confirm")
#: keys that are secrets
WRONG = ("password", "old", "pin", "code")
#: of the session that asks: asked last, and once; the last of them ends it
LAST, OUT = "POST /api/me/", "POST /api/me/sign-out"
#: refused twice only while what the first one began still runs
RUNS = {
    "POST /api/backups",
    "POST /api/evidence/verification",
    "POST /api/recordings/catalogue/rebuild",
    "POST /api/recordings/verification",
}
STATUSES = ("404", "409")


def refusals(whole: Whole) -> dict[str, dict[str, Any]]:
    """By method and path, by status: one failure as it was answered, of those operations that gave one."""
    told: dict[str, dict[str, Any]] = {}
    for route in sorted(_asked(), key=lambda one: (_name(one) == OUT, _name(one).startswith(LAST))):
        found: dict[str, Any] = {}
        for path, query, body in _tries(route, whole):
            status, failure = _ask(whole, route, path, query, body)
            if status in STATUSES:
                found.setdefault(status, failure)
        if found:
            told[_name(route)] = dict(sorted(found.items()))
    return dict(sorted(told.items()))


def _asked() -> list[Route]:
    return [one for one in ROUTES if not one.page and one.seconds is not None]


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _tries(route: Route, whole: Whole) -> Iterator[tuple[str, Mapping[str, str], Any]]:
    """Address, query and body of each request."""
    example = examples()[_name(route)]
    right = _path(route, whole, example, {})
    body = _known(example.body, whole)
    for part in PARTS:
        if f"{{{part}}}" in route.path:
            for other in (NOBODY.get(part, ""), NO_ID):
                if other:
                    yield _path(route, whole, example, {part: other}), example.query, body
    if route.method == "GET":
        return
    if isinstance(body, dict):
        for key in body:
            if key in NOBODY and isinstance(body[key], str):
                yield right, example.query, body | {key: NOBODY[key]}
        for key in SEEN:
            if isinstance(body.get(key), int) and not isinstance(body[key], bool):
                yield right, example.query, body | {key: 999}
            elif isinstance(body.get(key), str):
                yield right, example.query, body | {key: "0" * len(body[key])}
        for key in WRONG:
            if isinstance(body.get(key), str):
                yield right, example.query, body | {key: "000000"}
    for _ in range(1 if _name(route).startswith(LAST) else 2):
        yield right, example.query, body


def _path(route: Route, whole: Whole, example: Example, other: Mapping[str, str]) -> str:
    path = route.path
    for part in PARTS:
        if f"{{{part}}}" in path:
            known = whole.known.get(part) or [example.path[part]]
            path = path.replace(f"{{{part}}}", other.get(part, str(known[0])))
    return path


def _known(body: Any, whole: Whole) -> Any:
    """The example with ids of what is there."""
    if not isinstance(body, dict):
        return body
    made = deepcopy(body)
    for key in made:
        if key in whole.known and isinstance(made[key], str):
            made[key] = str(whole.known[key][0])
    return made


def _ask(whole: Whole, route: Route, path: str, query: Mapping[str, str], body: Any) -> tuple[str, Any]:
    who = "everybody" if route.people or route.needs is Permission.USERS else "every-token"
    sent: dict[str, Any] = {"params": dict(query)}
    headers = dict(whole.who[who])
    if route.upload:
        sent["data"] = b"a file"
        headers["Content-Type"] = "text/plain"
    elif body is not None and route.method != "GET":
        sent["json"] = body
    given = whole.session.request(route.method, whole.base + path, headers=headers, timeout=120, **sent)
    is_json = given.headers.get("Content-Type", "").startswith("application/json")
    return str(given.status_code), given.json() if is_json else None
