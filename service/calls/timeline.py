"""A call as text for people: one line in a list, and a timeline that can be read aloud. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline1022.cascade.types import KeptCascade
from hotline1022.core.clock import local
from hotline1022.core.outcomes import Direction
from hotline1022.db.types import CallRow
from hotline1022.service.calls.timeline_cascade import Transfers
from hotline1022.web.types import CallDetail, CallEventView, CallView, NoticeView


def _seconds(ms: int | None) -> str:
    return "-" if ms is None else f"{ms / 1000:.1f} s"


def _clock(at: datetime | None) -> str:
    return local(at).strftime("%H:%M:%S.%f")[:-3] if at else "-"


def call_line(call: CallRow) -> str:
    """One call in one line."""
    result = f"{call.result} ({call.reason})" if call.result else str(call.state)
    late = "  back-filled" if call.backfilled else ""
    return (
        f"{local(call.entered_at):%Y-%m-%d %H:%M:%S}  {_to(call.direction)}{call.caller_raw or 'withheld':<14} {result:<36} "
        f"waited {_seconds(call.wait_ms):>8}  talked {_seconds(call.talk_ms):>8}  {call.person or '-':<8} {call.id}{late}"
    )


def _notice(told: NoticeView | None) -> str:
    """That the call is recorded: said or not."""
    if told is None:
        return "the citizen was not told of the recording"
    where = "before the recording began" if told.before_recording else "on the recording"
    until = f" to {_clock(told.ended_at)}" if told.ended_at else ""
    version = f", sound {told.version[:16]}" if told.version else ""
    return f"{told.prompt}, {_clock(told.started_at)}{until}, {where}{version}"


def timeline(detail: CallDetail, cascades: Sequence[KeptCascade] = (), names: Mapping[str, str] | None = None) -> str:
    """Everything that happened, in order, with the seconds since the call came in.

    `cascades` are the call's transfers, `names` those of agencies and contact points by id.
    """
    call = detail.call
    lines = [
        f"Call {call.id} {_who(call)}, {local(call.entered_at):%A %d.%m.%Y %H:%M:%S}",
        f"  result    {call.result or call.state} ({call.reason or 'goes on'}){'  BACK-FILLED' if call.backfilled else ''}",
        f"  category  {call.category or '-'}    led by {call.mode or '-'}",
        f"  waited    {_seconds(call.wait_ms)}    talked {_seconds(call.talk_ms)}    line {call.line or '-'}    person {call.person or '-'}",
        f"  notice    {_notice(detail.notice)}",
        "",
    ]
    parties = {leg.channel: f"{leg.kind} {leg.party}" for leg in detail.legs}
    transfers = Transfers(cascades, names or {})
    for event in detail.events:
        for text in (_told(event, parties), *transfers.told(event)):
            if text:
                lines.append(f"  {(event.at - call.entered_at).total_seconds():8.3f}  {text}")
    lines += ["", "  legs"]
    for leg in detail.legs:
        hold = "unknown" if leg.hold_ms is None else _seconds(leg.hold_ms)
        lines.append(
            f"    {parties[leg.channel]:<22} rang {_clock(leg.started_at)}  answered {_clock(leg.answered_at)}  "
            f"ended {_clock(leg.ended_at)}  cause {leg.cause}  talked {_seconds(leg.talk_ms)}  held {hold}  {leg.person}"
        )
    if detail.tracks:
        lines += ["", "  tracks"]
    for track in detail.tracks:
        marks = f"  GAP {_seconds(track.gap_ms)}" if track.gap_ms else ""
        marks += f"  LOST {_seconds(track.lost_ms)}" if track.lost_ms else ""
        who = f"{parties.get(track.channel, track.kind)} {'said' if track.side == 'r' else 'heard'}"
        lines.append(
            f"    {who:<28} {_seconds(track.duration_ms):>9}  {track.status:<9} {(track.sha256 or '-')[:16]}{marks}"
        )
    return "\n".join(lines)


def _to(direction: Direction) -> str:
    return "to " if direction is Direction.OUT else ""


def _who(call: CallView) -> str:
    if call.direction is Direction.OUT:
        return f"from line {call.line} to {call.caller_raw}"
    return f"from {_from(call)} to {call.did}"


def _from(call: CallView) -> str:
    number = call.caller_raw or "withheld"
    return number if call.caller_sent in {"", call.caller_raw} else f"{number} (sent as {call.caller_sent})"


def _told(event: CallEventView, parties: dict[str, str]) -> str:
    who, data = parties.get(event.channel, event.channel), event.data
    match event.kind:
        case "CallEntered":
            return f"calls {data['did']} as {data['caller'] or 'withheld'}"
        case "CallRefused":
            return f"is refused: {data['reason']}"
        case "CallPlaced":
            return f"line {data['line']} calls {data['number']}"
        case "CitizenTried":
            return f"the dialling of the citizen is over: {data['status']}"
        case "KeyPressed":
            return f"presses {data['key'] or 'nothing'} in {data['menu'] or 'the menu'}"
        case "StepTaken":
            return f"the {data['mode']} menu leads to {data['step']} {data['target'] or data['menu']}".rstrip()
        case "PromptStarted":
            return f"{who} hears {data['prompt']}"
        case "PromptEnded":
            return ""
        case "QueueJoined":
            return f"waits in {data['queue']}"
        case "QueueLeft":
            return f"leaves {data['queue']}: {data['status']}"
        case "LegStarted":
            return f"{who} rings"
        case "LegAnswered":
            return f"{who} is answered"
        case "PersonKnown":
            return f"{who} is person {data['person']}"
        case "Joined":
            return f"{who} is connected"
        case "Parted":
            return f"{who} is disconnected"
        case "Held":
            return f"{who} holds"
        case "Resumed":
            return f"{who} takes back"
        case "EmergencyStarted":
            return f"asks for 115 from the {data['origin']}"
        case "EmergencyTried":
            return f"emergency number {data['number']}: {data['status']}"
        case "EmergencyUnanswered":
            return "NO EMERGENCY NUMBER ANSWERED: alarm"
        case "VoicemailStarted":
            return f"begins to leave a message ({data['reason']})"
        case "VoicemailEnded":
            return f"the message ends ({data['status']})"
        case "LegEnded":
            return f"{who} ends, cause {data['cause']}"
        case "CallLost":
            return f"{who} is gone; when is not known"
        case _:
            return ""
