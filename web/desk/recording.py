"""One recording as an auditor sees it: its call's story, who speaks when, hashes, holds, what the chain has of it. Refuses to hold or
to look at what is not there, on the page itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.clock import ms_between
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.cascade_wire import CascadeQuery, CascadeView
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.recordings import LIST, row_of
from hotline1022.web.desk.render import show
from hotline1022.web.desk.story import story
from hotline1022.web.desk.tickets import asked
from hotline1022.web.page_words import words
from hotline1022.web.recording_rights import only_own, recording_for
from hotline1022.web.recordings_wire import RecordingDetail, RecordingView, TrackEntry
from hotline1022.web.route import Ask
from hotline1022.web.rules import Rule
from hotline1022.web.types import CallDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class OneQuery:
    """What was just done."""

    done: Annotated[str, Rule(doc="a word of the page")] = ""


async def show_recording(ask: Ask) -> web.Response:
    """One recording."""
    query: OneQuery = ask.query
    return await page_of(ask, said=words().texts.get(f"recording.done-{query.done}", ""))


async def check(ask: Ask) -> web.Response:
    """Look at all its originals now."""
    found = await ask.ports.evidence.check(ask.path["recording"])
    say = words()
    if not found.wrong:
        return see(f"{LIST}/{found.recording}?done=checked")
    faults = "; ".join(f"{say.or_itself('fault', one.fault.value)}: {one.name}" for one in found.findings[:5])
    return await page_of(ask, problem=say("recording.check-wrong", count=found.wrong, faults=faults))


async def hold(ask: Ask) -> web.Response:
    """Keep it, whatever its age."""
    form: Form = ask.body
    typed = {name: form.one(name).strip() for name in ("letter", "why")}
    try:
        for name, most in (("letter", 100), ("why", 500)):
            if not 1 <= len(typed[name]) <= most:
                raise Invalid(f"{name} is missing or too long; write it", error_id=f"hold-{name}")
        await ask.ports.retention.hold(ask.path["recording"], **typed)
    except HotlineError as error:
        return await page_of(ask, error, typed=typed, needs=Permission.RETENTION)
    return see(f"{LIST}/{ask.path['recording']}?done=held")


async def page_of(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    said: str = "",
    problem: str = "",
    typed: Mapping[str, str] | None = None,
    listen: Mapping[str, Any] | None = None,
    needs: Permission = Permission.LISTEN,
) -> web.Response:
    """The page of a recording, with what went wrong above it and what was typed in its forms; `needs` is what lets all be seen."""
    ask = await asked(ask)
    detail = await recording_for(ask, ask.path["recording"], needs)
    names = await seen.names_of(ask)
    call = await ask.ports.calls.get(detail.recording.call)
    own = only_own(ask.asker, needs)
    may_hold = not own and ask.asker.may(Permission.RETENTION)
    say = words()
    return show(
        ask,
        "recording",
        own=own,
        status=409 if problem else 200,
        said=said,
        problem=problem,
        error=error,
        one=row_of(ask, detail.recording, names),
        about=_about(detail.recording),
        lines=await story_of(ask, detail, call, names),
        tracks=tracks_of(ask, detail, names),
        reasons=ask.ports.listening.reasons(),
        listen={"reason": "", "text": "", "what": "stereo", "levelled": False, "format": "wav"} | dict(listen or {}),
        may_hold=may_hold,
        holds=[
            {
                "id": one.id,
                "letter": one.letter,
                "why": seen.free(ask, one.why),
                "since": seen.instant(one.since),
                "by": seen.who(one.by),
                "released": seen.instant(one.released_at) if one.released_at else "",
                "released_by": seen.who(one.released_by),
                "release_why": seen.free(ask, one.release_why),
            }
            for one in (await ask.ports.retention.holds_of(detail.recording.id) if may_hold else ())
        ],
        entries=seen.entries_of(detail.entries, names.people),
        typed={"letter": "", "why": ""} | dict(typed or {}),
        title=say("recording.title", time=seen.instant(detail.recording.started_at)),
    )


async def story_of(
    ask: Ask, detail: RecordingDetail, call: CallDetail | None, names: seen.Names
) -> list[dict[str, object]]:
    """What happened in its call, with milliseconds from the recording's beginning; nothing where its history is gone."""
    if call is None:
        return []
    lines = story(call, await cascades_of(ask, call), names, words())
    return [{"at": seen.clock(one.at), "text": seen.free(ask, one.text), "ms": one.offset_ms} for one in lines]


async def cascades_of(ask: Ask, call: CallDetail | None) -> Sequence[CascadeView]:
    """Its transfers; none where its history is gone."""
    if call is None or not any(one.kind == "CascadeStarted" for one in call.events):
        return ()
    last = max(one.at for one in call.events)
    wanted = CascadeQuery(since=call.call.entered_at, until=last + timedelta(seconds=1), limit=200)
    return [one for one in await ask.ports.cascades.list(wanted) if one.call == call.call.id]


def _about(one: RecordingView) -> dict[str, str]:
    return {
        "ended": seen.instant(one.ended_at),
        "size": seen.size(one.bytes),
        "codec": one.codec,
        "verified": seen.instant(one.verified_at) if one.verified_at else "",
        "gap": seen.length(one.gap_ms) if one.gap_ms >= 1000 else "",
        "lost": seen.length(one.lost_ms) if one.lost_ms >= 1000 else "",
    }


def tracks_of(ask: Ask, detail: RecordingDetail, names: seen.Names) -> list[dict[str, Any]]:
    """Who speaks when: each track with its place on the call's clock, in thousandths of it."""
    began, whole = detail.recording.started_at, max(1, detail.recording.duration_ms)
    for one in detail.tracks:
        whole = max(whole, ms_between(began, one.started_at) + one.duration_ms)
    return [_track(ask, one, names, began, whole) for one in detail.tracks]


def _track(ask: Ask, one: TrackEntry, names: seen.Names, began: datetime, whole: int) -> dict[str, Any]:
    say = words()
    kind = one.kind.value if one.kind else "message"
    called = names.person(one.person) if one.person else ""
    label = say.or_itself("track", kind)
    offset = max(0.0, (one.started_at - began).total_seconds() * 1000)
    return {
        "id": one.id,
        "kind": kind,
        "side": one.side,
        "who": f"{label} {called}".strip() if called else label,
        "what": say("track.message-side") if one.kind is None else say.or_itself("track.side", one.side),
        "line": one.line,
        "number": seen.number(ask, one.number) if one.number and kind != "agent" else "",
        "began": one.started_at,
        "from": seen.clock(one.started_at),
        "to": seen.clock(one.ended_at) if one.ended_at else "",
        "length": seen.length(one.duration_ms),
        "x": round(1000 * offset / whole),
        "w": max(3, round(1000 * one.duration_ms / whole)),
        "gap": seen.length(one.gap_ms) if one.gap_ms >= 1000 else "",
        "lost": seen.length(one.lost_ms) if one.lost_ms >= 1000 else "",
        "status": one.status,
        "sha256": one.sha256 or "",
        "heard": bool(one.sha256) and one.duration_ms > 0 and one.status not in ("expired", "missing", "torn", "empty"),
    }
