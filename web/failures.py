"""Every error as JSON {error_id, message, cure}, with its status. Refuses to tell strangers what broke inside."""

import json
import logging

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.web.errors import Forbidden, TooMany, Unauthorized
from hotline1022.web.route import BadRange
from hotline1022.web.rules import dump
from hotline1022.web.wire import Failure

LOG = logging.getLogger("hotline1022.web")
_STATUS: tuple[tuple[type[HotlineError], int], ...] = (
    (Unauthorized, 401),
    (Forbidden, 403),
    (TooMany, 429),
    (BadRange, 416),
    (NotFound, 404),
    (Invalid, 400),
    (Refused, 409),
    (Unavailable, 503),
)
#: what the library refuses before a handler is found, or while the body is read
_LIBRARY = {
    404: ("route-unknown", "there is no such address; see /api/openapi.json"),
    405: ("method-unknown", "this address does not take this method; see Allow and /api/openapi.json"),
    413: ("body-too-large", "the body is too large; send less than 64 KiB"),
}


def json_response(value: object, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """The value as UTF-8 JSON with its letters as they are."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return web.Response(
        body=text.encode("utf-8", errors="replace"), status=status, content_type="application/json", headers=headers
    )


def failure(error: BaseException) -> web.Response:
    """The response for an error, expected or not."""
    if isinstance(error, web.HTTPException):
        return _of_library(error)
    if isinstance(error, TimeoutError):
        return _response(503, "request-timeout", "the answer took too long; try again later")
    if isinstance(error, HotlineError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status == 500:
            LOG.error("a request broke: %s", error, exc_info=error)
        else:
            return _response(status, error.error_id, str(error), _headers(error))
    return _response(500, "internal", "something broke inside; see the service's log")


def _headers(error: HotlineError) -> dict[str, str]:
    match error:
        case Unauthorized():
            return {"WWW-Authenticate": 'Bearer realm="1022"'}
        case TooMany():
            return {"Retry-After": str(error.seconds)}
        case _:
            return {}


def _of_library(error: web.HTTPException) -> web.Response:
    error_id, message = _LIBRARY.get(error.status, (f"http-{error.status}", f"{error.reason}; see /api/openapi.json"))
    kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    return _response(error.status, error_id, message, kept)


def told(error: HotlineError) -> Failure:
    """How it is said: what is behind the first semicolon is the cure."""
    return _told(error.error_id, str(error))


def _told(error_id: str, text: str) -> Failure:
    message, _, cure = text.partition("; ")
    return Failure(error_id=error_id, message=message, cure=cure or None)


def _response(status: int, error_id: str, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return json_response(dump(_told(error_id, text)), status, headers)
