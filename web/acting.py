"""From a request to the act that the audit tells of: who, from where, which route, about what. Refuses contents: of what was
sent it takes the names alone.
"""

from dataclasses import MISSING, fields
from typing import Any

from hotline1022.accounts.types import Stage
from hotline1022.core.acting import Acting
from hotline1022.web.asker import Asker
from hotline1022.web.package import origin
from hotline1022.web.route import Ask, Route

#: methods that change nothing
READING = frozenset({"GET", "HEAD"})
#: parts of a path that are a right by themselves
SECRETS = frozenset({"token", "key"})


def act_of(route: Route, ask: Ask) -> Acting | None:
    """The act of a request that may change something, or takes something out; None for the others, and where nobody is known."""
    if route.method in READING and not route.leaves:
        return None
    if route.desk is not None:
        # who has come half the way through the door has done nothing yet
        full = ask.signed is not None and ask.signed.session.stage is not Stage.SECOND and bool(route.desk.stages)
        return _of_user(route, ask, ask.signed.user.login) if full and ask.signed is not None else None
    if ask.who is None or (ask.who.signed is not None and ask.who.signed.session.stage is Stage.SECOND):
        return None
    given = given_names(ask.query if route.leaves else ask.body)
    detail: dict[str, object] = {"status": route.status}
    if given:
        detail["given"] = given
    return _act(route, ask.who, origin(ask.request) if ask.who.signed else ask.request.remote, dict(ask.path), detail)


def _of_user(route: Route, ask: Ask, login: str) -> Acting:
    """Somebody who is signed in: the names of the fields, none of what was typed; of what is taken out, which it was,
    or by what it was found.
    """
    parts = [(name, value) for name, value in ask.path.items() if name not in SECRETS]
    detail: dict[str, object] = {"status": route.status}
    if route.leaves and parts:
        detail["path"] = dict(parts[1:])
    elif route.leaves:
        detail["given"] = given_names(ask.query)
    else:
        detail["given"] = sorted(ask.body.names - {"csrf"})
    return Acting(
        actor=f"user:{login}",
        origin=origin(ask.request),
        act=f"{route.method} {route.path}",
        subject=":".join(parts[0]) if parts else "",
        detail=detail,
    )


def refused_act(route: Route, asker: Asker, remote: str | None, path: dict[str, str], why: str) -> Acting:
    """The act of somebody who has not the right."""
    return _act(route, asker, remote, path, {"refused": why})


def _act(route: Route, asker: Asker, remote: str | None, path: dict[str, str], detail: dict[str, object]) -> Acting:
    parts = [(name, value) for name, value in path.items() if name not in SECRETS]
    subject = f"{parts[0][0]}:{parts[0][1]}" if parts else ""
    if more := {name: value for name, value in parts[1:]}:
        detail["path"] = more
    return Acting(
        actor=asker.actor,
        origin=remote or "?",
        act=f"{route.method} {route.path}",
        subject=subject,
        detail=detail,
    )


def given_names(body: Any) -> list[str]:
    """Fields of the body that are not as when nothing is given."""
    return [one.name for one in fields(body) if getattr(body, one.name) != _nothing(one)]


def _nothing(one: Any) -> object:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else MISSING
