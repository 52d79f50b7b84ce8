"""Reads a gateway's profile, shipped or own. Refuses unknown keys, unknown placeholders, and an address without TLS."""

import ipaddress
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from hotline1022.core.errors import ConfigError
from hotline1022.notify.http_profile import NUMBERS, Call, Profile, Reading, StatusReading
from hotline1022.notify.types import Encoding

#: the profiles that come with the program
SHIPPED = ("speedsms", "esms")
_SEND = frozenset({"account", "secret", "sender", "number", "text", "key", "unicode", "parts"})
_STATUS = frozenset({"account", "secret", "sender", "id"})
_TOP = {"name", "numbers", "client_key", "send", "answer"}
_MORE = {"throttle", "status", "limits"}
_CALL = {"url", "method", "basic", "headers", "json", "form"}
_ANSWER = {"result", "good", "known", "id", "error", "message", "account", "again", "bad_number"}
_ASK = {"result", "good", "value", "delivered", "failed", "failed_from", "delivered_count", "failed_count"}


def load_profile(which: str | Path) -> Profile:
    """A shipped profile by its name, or one in a file; ConfigError `profile-invalid` with the fault and its cure."""
    path = files("hotline1022.notify") / "profiles" / f"{which}.toml" if isinstance(which, str) else which
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(which, f"cannot be read ({error.strerror}); correct notify.sms_profile") from error
    except ValueError as error:
        raise _bad(which, f"is not TOML in UTF-8 ({error}); see docs/notify.md") from error
    try:
        return _profile(which, tree)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _bad(which, f"is not a profile ({error}); see docs/notify.md for all keys") from error


def _profile(which: str | Path, tree: dict[str, Any]) -> Profile:
    _keys(which, "the file", tree, _TOP, _MORE)
    _keys(which, "answer", tree["answer"], {"result", "good"}, _ANSWER)
    throttle, limits = tree.get("throttle", {}), tree.get("limits", {})
    _keys(which, "throttle", throttle, set(), {"status", "header"})
    _keys(which, "limits", limits, set(), {"encodings", "per_minute", "characters", "forbidden"})
    if tree["numbers"] not in NUMBERS:
        raise _bad(which, f"numbers is none of {', '.join(NUMBERS)}; choose how a number is written")
    status = None
    if asks := tree.get("status"):
        _keys(which, "status", asks, {"url", "result", "good"}, _CALL | _ASK)
        part = {name: _value(asks[name]) for name in _ASK & set(asks)}
        status = StatusReading(call=_call(which, "status", {"method": "GET", **asks}, _STATUS), **part)
    send = {name: value for name, value in tree["send"].items()}
    _keys(which, "send", send, {"url"}, _CALL)
    return Profile(
        name=str(tree["name"]),
        numbers=tree["numbers"],
        client_key=bool(tree["client_key"]),
        send=_call(which, "send", send, _SEND),
        answer=Reading(**{name: _value(value) for name, value in tree["answer"].items()}),
        throttle_status=int(throttle.get("status", 429)),
        throttle_header=str(throttle.get("header", "Retry-After")),
        status=status,
        encodings=tuple(Encoding(one) for one in limits.get("encodings", ("gsm7", "ucs2"))),
        per_minute=int(limits.get("per_minute", 0)),
        characters=int(limits.get("characters", 0)),
        forbidden=str(limits.get("forbidden", "")),
    )


def _call(which: str | Path, section: str, table: Mapping[str, Any], known: frozenset[str]) -> Call:
    given = {name: _value(table[name]) for name in _CALL & set(table)}
    for text in _texts(list(given.values())):
        asked = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if unknown := sorted(asked - known):
            cure = f"known are {', '.join(sorted(known))}"
            raise _bad(which, f"{section}: {{{unknown[0]}}} is no placeholder; {cure}")
    if not _safe(str(given["url"])):
        raise _bad(which, f"{section}.url would send messages in the clear; write https://…")
    return Call(**given)


def _safe(url: str) -> bool:
    """TLS, or this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _texts(tree: Any) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case Mapping():
            yield from (text for item in tree.values() for text in _texts(item))
        case list() | tuple():
            yield from (text for item in tree for text in _texts(item))


def _value(value: Any) -> Any:
    return tuple(str(one) for one in value) if isinstance(value, list) else value


def _keys(which: str | Path, section: str, table: Mapping[str, Any], needed: set[str], more: set[str]) -> None:
    if missing := sorted(needed - set(table)):
        raise _bad(which, f"{section}: {missing[0]} is missing; see docs/notify.md")
    if unknown := sorted(set(table) - needed - more):
        raise _bad(which, f"{section}: {unknown[0]} is unknown; known are {', '.join(sorted(needed | more))}")


def _bad(which: str | Path, message: str) -> ConfigError:
    return ConfigError(f"profile {which}: {message}", error_id="profile-invalid")
