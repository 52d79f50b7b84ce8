"""Listening at the desk: the reason first, then a player whose right is this session's. Refuses the right of somebody else; loads no
sound before play is pressed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.core.events import LegKind
from hotline1022.recordings.types import Speaker
from hotline1022.web.cascade_wire import CascadeView
from hotline1022.web.copies_wire import Format
from hotline1022.web.desk import seen
from hotline1022.web.desk.door import see
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.recording import cascades_of, page_of, story_of, tracks_of
from hotline1022.web.desk.recordings import row_of
from hotline1022.web.desk.render import show
from hotline1022.web.desk.tickets import asked
from hotline1022.web.errors import Forbidden
from hotline1022.web.export import sent
from hotline1022.web.listening_port import Heard
from hotline1022.web.listening_wire import WORDS, ListenBody, ListenTo, WhyBody
from hotline1022.web.package import origin
from hotline1022.web.page_words import words
from hotline1022.web.recording_rights import recording_for
from hotline1022.web.route import Ask

HERE = "/desk/recordings/listen"
#: a track begins so soon after its telephone was picked up
PICKED_UP = timedelta(seconds=3)


async def grant(ask: Ask) -> web.Response:
    """A right for a reason; the player is another page, so that loading it again asks for no other right."""
    ask = await asked(ask)
    form: Form = ask.body
    found = await recording_for(ask, ask.path["recording"], Permission.LISTEN)
    typed = {
        "reason": form.one("reason"),
        "text": form.one("text").strip(),
        "what": form.one("what") or ListenTo.STEREO.value,
        "format": form.one("format"),
        "levelled": form.one("levelled") == "1",
    }
    try:
        given = (found.recording.id, _wanted(form), ask.asker, origin(ask.request), ask.ports.clock())
        right = await ask.ports.listening.grant(*given)
    except HotlineError as error:
        return await page_of(ask, error, listen=typed)
    return see(f"{HERE}/{right.url.rpartition('/')[2]}")


async def export(ask: Ask) -> web.StreamResponse:
    """All originals as a ZIP, for the same reason."""
    ask = await asked(ask)
    form: Form = ask.body
    typed = {"reason": form.one("reason"), "text": form.one("text").strip()}
    try:
        wanted = _wanted(form)
        why = WhyBody(reason=wanted.reason, text=wanted.text)
        outgoing = await ask.ports.exports.open(ask.path["recording"], why, ask.asker)
    except HotlineError as error:
        return await page_of(ask, error, listen=typed)
    return await sent(ask, outgoing)


async def show_player(ask: Ask) -> web.Response:
    """The player of a right of this session."""
    ask = await asked(ask)
    heard = await ask.ports.listening.find(ask.path["key"], ask.ports.clock())
    if heard.asker != ask.asker.id:
        text = "this right to listen is another session's; open the recording and give your own reason"
        raise Forbidden(text, error_id="listen-of-another")
    detail = await recording_for(ask, heard.call, Permission.LISTEN)
    names = await seen.names_of(ask)
    call = await ask.ports.calls.get(heard.call)
    began = call.call.entered_at if call else detail.recording.started_at
    tracks = tracks_of(ask, detail, names)
    track = next((one for one in tracks if one["id"] == heard.name), None)
    say = words()
    whole = heard.what == ListenTo.STEREO
    people: list[dict[str, Any]] = []
    if whole:
        whose = called(tracks, await cascades_of(ask, call), names)
        people = _speakers(await ask.ports.listening.speakers(heard), whose, heard, began)
    return show(
        ask,
        "listen",
        one=row_of(ask, detail.recording, names),
        stereo=whole,
        speakers=people,
        side="citizen"
        if track and (track["kind"] == "message" or (track["kind"], track["side"]) == ("citizen", "r"))
        else "other",
        what=say("listen.track", who=track["who"], what=track["what"], time=track["from"])
        if track
        else say("listen.stereo"),
        source=f"/api/listen/{ask.path['key']}",
        duration=heard.duration_ms,
        length=seen.length(heard.duration_ms),
        began=round((track["began"] if track else began).timestamp() * 1000),
        until=seen.instant(heard.expires_at),
        lines=await story_of(ask, detail, call, names),
    )


def called(tracks: Sequence[Mapping[str, Any]], cascades: Sequence[CascadeView], names: seen.Names) -> dict[str, str]:
    """What whose track it is is called: as among the tracks, and somebody of an agency by the step in which the telephone was picked
    up just then.
    """
    found = {str(one["id"]): str(one["who"]) for one in tracks}
    answered = [(step, one.agency) for one in cascades for step in one.steps if step.answered_at and step.name]
    for one in tracks:
        for step, agency in answered if one["kind"] == LegKind.CONTACT else ():
            if step.answered_at and abs(step.answered_at - one["began"]) < PICKED_UP:
                found[str(one["id"])] = words()(
                    "player.contact", name=step.name, agency=names.agencies.get(agency, agency)
                )
    return found


def _speakers(
    found: Sequence[Speaker], whose: Mapping[str, str], heard: Heard, began: datetime
) -> list[dict[str, Any]]:
    """Who can be switched on and off, with the time from the first piece to the last."""
    say = words()
    return [
        {
            "key": one.key,
            "name": whose.get(one.tracks[0], one.key) if one.kind else say(f"player.{one.key}"),
            "side": one.voice.value,
            "from": seen.clock(began + timedelta(milliseconds=one.spans[0][0])),
            "to": seen.clock(began + timedelta(milliseconds=max(end for _, end in one.spans))),
            "pieces": len(one.spans),
            "chosen": not heard.speakers or one.key in heard.speakers,
        }
        for one in found
    ]


def _wanted(form: Form) -> ListenBody:
    """Invalid `reason-unknown`, `reason-too-long`, as the service refuses them too."""
    reason, text, what = form.one("reason").strip(), form.one("text").strip(), form.one("what")
    if not reason:
        raise Invalid("no reason is chosen; choose one", error_id="reason-unknown")
    if len(text) > WORDS:
        raise Invalid(f"the reason has more than {WORDS} characters; shorten it", error_id="reason-too-long")
    whole = what in ("", ListenTo.STEREO)
    return ListenBody(
        reason=reason[:40],
        text=text,
        copy=ListenTo.STEREO if whole else ListenTo.TRACK,
        track=None if whole else what[:200],
        format=next((one for one in Format if one == form.one("format")), Format.WAV),
        levelled=form.one("levelled") == "1",
    )
