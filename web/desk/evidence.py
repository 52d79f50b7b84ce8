"""How the evidence stands: the chain, its stamps, the nightly look, a verification and how far it is, what it
found. Refuses nothing itself: what the service refuses is told on the page.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.core.words import day_written
from hotline1022.web.desk import seen
from hotline1022.web.desk.acted import acted
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show, told_id
from hotline1022.web.evidence_wire import FindingView, VerificationView
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.types import WorkState

HERE = "/desk/evidence"
#: findings of a page; the command has all
SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceQuery:
    """What was just done."""

    done: Annotated[str, Rule(doc="a word of the page")] = ""


async def show_evidence(ask: Ask) -> web.Response:
    """How it stands."""
    query: EvidenceQuery = ask.query
    return await _page(ask, said=words().texts.get(f"evidence.done-{query.done}", ""))


async def verify(ask: Ask) -> web.Response:
    """Begin a verification."""
    form: Form = ask.body
    typed = form.one("since").strip()

    async def begin() -> object:
        try:
            return await ask.ports.evidence.verify(date.fromisoformat(typed) if typed else None)
        except ValueError:
            raise Invalid("the day cannot be read; choose one", error_id="search-time") from None

    return await _done(ask, begin, "begun")


async def stop(ask: Ask) -> web.Response:
    """End the one that runs."""
    return await _done(ask, ask.ports.evidence.stop, "stopped")


async def stamp(ask: Ask) -> web.Response:
    """A stamp now."""
    return await _done(ask, ask.ports.evidence.stamp, "stamped")


async def show_key(ask: Ask) -> web.Response:
    """The public key as a file."""
    found = await ask.ports.evidence.key()
    headers = {"Content-Disposition": 'attachment; filename="1022-khoa-cong-khai.pem"'}
    return web.Response(text=found.pem, content_type="application/x-pem-file", headers=headers)


async def _done(ask: Ask, act: Callable[[], Awaitable[object]], word: str) -> web.Response:
    return await acted(act, f"{HERE}?done={word}", lambda error: _page(ask, error))


async def _page(ask: Ask, error: HotlineError | None = None, *, said: str = "") -> web.Response:
    assert ask.signed is not None
    may = ask.signed.may
    values: dict[str, Any] = {
        "listens": may(Permission.LISTEN),
        "holds": may(Permission.RETENTION),
        "settles": may(Permission.SETTINGS),
        "evidence": await _evidence(ask) if may(Permission.LISTEN) or may(Permission.SETTINGS) else None,
    }
    running = bool(values["evidence"] and values["evidence"]["running"])
    again = error is not None
    return show(ask, "evidence", error=error, again=again, said=said, running=running, **values)


async def _evidence(ask: Ask) -> dict[str, Any]:
    now = await ask.ports.evidence.now()
    try:
        key = (await ask.ports.evidence.key()).sha256
    except NotFound:
        key = ""
    last = now.verification
    return {
        "seq": now.seq,
        "sha256": now.sha256,
        "stamp": {
            "seq": now.stamp.seq,
            "at": seen.instant(now.stamp.at),
            "method": now.stamp.method.value,
            "name": now.stamp.name,
            "behind": now.seq - now.stamp.seq,
        }
        if now.stamp
        else None,
        "nightly": _nightly(now.nightly.at, now.nightly.detail) if now.nightly else None,
        "key": key,
        "verification": _verification(last) if last else None,
        "running": last is not None and last.state is WorkState.RUNNING,
    }


def _nightly(at: Any, detail: Mapping[str, Any]) -> dict[str, Any]:
    wrong = detail.get("wrong", 0)
    return {"at": seen.instant(at), "wrong": wrong if isinstance(wrong, int) else 0}


def _verification(one: VerificationView) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "since": day_written(one.since) if one.since else "",
        "by": seen.who(one.asked_by),
        "at": seen.instant(one.asked_at),
        "ended": seen.instant(one.ended_at) if one.ended_at else "",
        "done": one.done,
        "work": max(1, one.work),
        "entries": one.entries,
        "stamps": one.stamps,
        "calls": one.calls,
        "files": one.files,
        "wrong": one.wrong,
        "findings": [_finding(each) for each in one.findings[:SHOWN]],
        "more": max(0, one.wrong - SHOWN),
        "error": told_id(one.error_id) or (one.error and told_id("internal")),
    }


def _more(one: FindingView) -> str:
    """What it means; the API and `evidence verify` tell the columns too."""
    say = words()
    key = f"fault-more.{one.fault.value}"
    return say(key, seq=count(one.seq)) if key in say.texts else ""


def _finding(one: FindingView) -> dict[str, Any]:
    return {
        "fault": words().or_itself("fault", one.fault.value),
        "word": one.fault.value,
        "name": one.name,
        "seq": one.seq,
        "text": _more(one),
    }
