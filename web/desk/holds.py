"""Recordings that are kept whatever their age, and what would go by itself. Refuses a release without a reason, on the page."""

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.words import day_written
from hotline1022.web.desk import seen
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.desk.service_words import doubt_words
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

HERE = "/desk/evidence/holds"


async def list_holds(ask: Ask) -> web.Response:
    """All that are not released, and what is due."""
    query: DoneQuery = ask.query
    return await _page(ask, said=words().texts.get(f"hold.done-{query.done}", ""))


async def release(ask: Ask) -> web.Response:
    """End one."""
    form: Form = ask.body
    why = form.one("why").strip()
    try:
        if not 1 <= len(why) <= 500:
            raise Invalid("the release has no reason; write it", error_id="hold-why")
        _, held = await ask.ports.retention.release(ask.path["hold"], why=why)
    except HotlineError as error:
        return await _page(ask, error, typed={ask.path["hold"]: why})
    return see(f"{HERE}?done={'released-held' if held else 'released'}")


async def _page(
    ask: Ask, error: HotlineError | None = None, *, said: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    seen_due = await ask.ports.retention.due_lately()
    due = seen_due.due
    holds = [
        {
            "id": one.id,
            "recording": one.recording,
            "letter": one.letter,
            "why": seen.free(ask, one.why),
            "since": seen.instant(one.since),
            "by": seen.who(one.by),
            "typed": (typed or {}).get(one.id, ""),
        }
        for one in await ask.ports.retention.open_holds()
    ]
    return show(
        ask,
        "holds",
        error=error,
        said=said,
        rows=holds,
        counting=seen_due.counting,
        counted=seen.clock(seen_due.at) if seen_due.at else "",
        due={
            "days": [
                {
                    "day": day_written(one.day),
                    "kind": one.kind.value,
                    "recordings": one.recordings,
                    "size": seen.size(one.bytes),
                }
                for one in due.days
            ],
            "held": due.held,
            "damaged": due.damaged,
            "calls": due.calls,
            "doubt": doubt_words(due.doubt),
        }
        if due
        else None,
    )
