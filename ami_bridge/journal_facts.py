"""From a row of Asterisk's journal to a call event. Knows which channel belongs to which call; refuses to guess.

Rows of channels that no HL_ENTRY or HL_LEG has named are somebody else's (an existing PBX has other calls) and are passed over.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hotline1022.core import events as e
from hotline1022.core.cascade import Outcome
from hotline1022.core.ids import CallId, ChannelId

Row = Mapping[str, Any]
Facts = Mapping[str, str]
Builder = Callable[[datetime, CallId, ChannelId, Facts], e.Event]

_QUEUE_STATUS = {
    "TIMEOUT": "timeout",
    "FULL": "full",
    "KEY": "key",
    "JOINEMPTY": "no-agents",
    "LEAVEEMPTY": "no-agents",
}


def _entered(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    return e.CallEntered(at=at, call=call, channel=channel, **_numbers(f))


def _refused(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    return e.CallRefused(at=at, call=call, channel=channel, **_numbers(f), reason=f.get("reason", ""))


def _placed(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    given = {name: f.get(name, "") for name in ("line", "person", "number")}
    return e.CallPlaced(at=at, call=call, channel=channel, **given)


def _numbers(f: Facts) -> dict[str, str]:
    return {"did": f.get("did", ""), "caller": f.get("from", ""), "sent": f.get("sent", "")}


def _key(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    key = "" if f.get("key") in {"none", "start"} else f.get("key", "")
    return e.KeyPressed(at=at, call=call, channel=channel, menu=f.get("menu", ""), key=key, mode=_mode(f))


def _step(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    return e.StepTaken(
        at=at,
        call=call,
        channel=channel,
        menu=f.get("menu", ""),
        step=f.get("step", ""),
        target=f.get("target", ""),
        mode=_mode(f),
    )


def _mode(f: Facts) -> e.Mode:
    return e.Mode.STATIC if f.get("mode") == "static" else e.Mode.SERVICE


def _leg(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    return e.LegStarted(at=at, call=call, channel=channel, kind=e.LegKind(f["kind"]), party=f.get("party", ""))


def _track(at: datetime, call: CallId, channel: ChannelId, f: Facts) -> e.Event:
    return e.TrackStarted(at=at, call=call, channel=channel, kind=e.LegKind(f["kind"]), file=f["file"])


#: the dialplan's own facts; HL_TRACK also tells the person and is handled with it
BUILDERS: dict[str, Builder] = {
    "HL_ENTRY": _entered,
    "HL_REFUSED": _refused,
    "HL_OUT": _placed,
    "HL_OUT_END": lambda at, call, channel, f: e.CitizenTried(
        at=at, call=call, channel=channel, status=f["status"].lower()
    ),
    "HL_KEY": _key,
    "HL_STEP": _step,
    "HL_LEG": _leg,
    "HL_TRACK": _track,
    "HL_QUEUE": lambda at, call, channel, f: e.QueueJoined(at=at, call=call, channel=channel, queue=f["queue"]),
    "HL_QUEUE_END": lambda at, call, channel, f: e.QueueLeft(
        at=at, call=call, channel=channel, queue=f["queue"], status=_QUEUE_STATUS.get(f.get("status", ""), "answered")
    ),
    "HL_EMERGENCY": lambda at, call, channel, f: e.EmergencyStarted(
        at=at, call=call, channel=channel, origin=f["origin"]
    ),
    "HL_EMERGENCY_TRY": lambda at, call, channel, f: e.EmergencyTried(
        at=at, call=call, channel=channel, number=f["number"], status=f["status"].lower()
    ),
    "HL_EMERGENCY_UNANSWERED": lambda at, call, channel, f: e.EmergencyUnanswered(at=at, call=call, channel=channel),
    "HL_VOICEMAIL": lambda at, call, channel, f: e.VoicemailStarted(
        at=at, call=call, channel=channel, reason=f["reason"], file=f["file"]
    ),
    "HL_VOICEMAIL_END": lambda at, call, channel, f: e.VoicemailEnded(
        at=at, call=call, channel=channel, status=f["status"].lower()
    ),
    "HL_CASCADE": lambda at, call, channel, f: e.CascadeStarted(
        at=at,
        call=call,
        channel=channel,
        hunt=int(f["hunt"]),
        **{name: f.get(name, "") for name in ("agency", "category", "ticket", "code", "line", "origin")},
    ),
    "HL_CASCADE_UNKNOWN": lambda at, call, channel, f: e.TransferUnknown(
        at=at, call=call, channel=channel, wanted=f.get("wanted", ""), line=f.get("line", "")
    ),
    "HL_TRY": lambda at, call, channel, f: e.StepTried(
        at=at,
        call=call,
        channel=channel,
        step=int(f["try"]),
        **{name: f.get(name, "") for name in ("role", "contact", "which", "number")},
    ),
    "HL_CONFIRM": lambda at, call, channel, f: e.StepConfirmed(
        at=at, call=call, channel=channel, step=int(f["try"]), key=f.get("key", "")
    ),
    "HL_ROOM": lambda at, call, channel, f: e.RoomEntered(at=at, call=call, channel=channel, step=int(f["try"])),
    "HL_TAKEN": lambda at, call, channel, f: e.CitizenTaken(at=at, call=call, channel=channel, step=int(f["try"])),
    "HL_PASS": lambda at, call, channel, f: e.PassedOn(
        at=at, call=call, channel=channel, step=int(f["try"]), to=f.get("to", "")
    ),
    "HL_TRY_END": lambda at, call, channel, f: e.StepEnded(
        at=at, call=call, channel=channel, step=int(f["try"]), status=f["status"].lower(), taken=f.get("taken", "")
    ),
    "HL_CASCADE_END": lambda at, call, channel, f: e.CascadeEnded(
        at=at, call=call, channel=channel, outcome=Outcome(f["outcome"]).value
    ),
    "HL_AUDIO": lambda at, call, channel, f: e.AudioCounted(
        at=at, call=call, channel=channel, received=int(f.get("received") or 0)
    ),
}


#: facts on the channel that leads its call, and names it
BEGINNINGS = frozenset({"HL_ENTRY", "HL_REFUSED", "HL_OUT"})


class FactReader:
    """Remembers which channel belongs to which call while it lives."""

    def __init__(self, known: Iterable[tuple[ChannelId, CallId]] = ()) -> None:
        self._calls: dict[ChannelId, CallId] = dict(known)
        self._playing: dict[ChannelId, str] = {}

    def call_of(self, channel: ChannelId) -> CallId | None:
        """The call of a living channel of ours."""
        return self._calls.get(channel)

    def know(self, channel: ChannelId, call: CallId) -> None:
        """A channel that is about to be, of a call that 1022 makes."""
        self._calls[channel] = call

    def forget(self, call: CallId) -> None:
        """The call is over: its channels are gone, also those whose end nobody wrote down."""
        for channel in [channel for channel, of in self._calls.items() if of == call]:
            del self._calls[channel]
            self._playing.pop(channel, None)

    def events(self, row: Row) -> list[e.Event]:
        """The events that the row tells; ValueError or KeyError when a fact of ours is not as the dialplan writes it."""
        at = datetime.fromtimestamp(float(row["eventtime"]), UTC)
        channel = ChannelId(row["uniqueid"])
        if row["eventenum"] == "USER_DEFINED":
            return self._fact(at, channel, row)
        call = self._calls.get(channel)
        if call is None:
            return []
        return self._happening(at, call, channel, row)

    def _fact(self, at: datetime, channel: ChannelId, row: Row) -> list[e.Event]:
        name = row["userdeftype"]
        build = BUILDERS.get(name)
        if build is None:
            return []
        facts = _facts(row)
        if name in BEGINNINGS:
            self._calls[channel] = CallId(channel)
        elif facts.get("call") and channel not in self._calls:
            self._calls[channel] = CallId(ChannelId(facts["call"]))
        call = self._calls.get(channel)
        if call is None:
            return []
        made = [build(at, call, channel, facts)]
        if name == "HL_TRACK" and facts.get("person"):
            made.append(e.PersonKnown(at=at, call=call, channel=channel, person=facts["person"]))
        if name == "HL_OUT":  # the dialplan tells it once more when the phone was lifted
            made.append(e.LegAnswered(at=at, call=call, channel=channel))
        if name == "HL_KEY" and facts.get("key") == "start":
            return []
        return made

    def _happening(self, at: datetime, call: CallId, channel: ChannelId, row: Row) -> list[e.Event]:
        match row["eventenum"]:
            case "ANSWER":
                return [e.LegAnswered(at=at, call=call, channel=channel)]
            case "BRIDGE_ENTER":
                extra = _extra(row)
                room = extra.get("bridge_technology") == "softmix"
                return [e.Joined(at=at, call=call, channel=channel, bridge=extra.get("bridge_id", ""), room=room)]
            case "BRIDGE_EXIT":
                return [e.Parted(at=at, call=call, channel=channel, bridge=_extra(row).get("bridge_id", ""))]
            case "STREAM_BEGIN":
                extra = _extra(row)
                prompt = self._playing[channel] = str(extra.get("sound") or extra.get("class") or "")
                return [e.PromptStarted(at=at, call=call, channel=channel, prompt=prompt)]
            case "STREAM_END":
                return [e.PromptEnded(at=at, call=call, channel=channel, prompt=self._playing.pop(channel, ""))]
            case "HANGUP":
                del self._calls[channel]
                self._playing.pop(channel, None)
                return [e.LegEnded(at=at, call=call, channel=channel, cause=int(_extra(row).get("hangupcause") or 0))]
            case _:
                return []


def _extra(row: Row) -> dict[str, Any]:
    text = row.get("eventextra")
    return json.loads(text) if text else {}


def _facts(row: Row) -> dict[str, str]:
    text = str(_extra(row).get("extra", ""))
    return dict(part.partition("=")[::2] for part in text.split("|") if part)
