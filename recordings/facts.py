"""The call's log as this room needs it: core's call → CallFacts. Pure; invents nothing."""

from collections.abc import Mapping, Sequence

from hotline1022.core.call import Call
from hotline1022.core.ids import ChannelId
from hotline1022.recordings.types import CallFacts, Leg, Span, TrackFacts, VoicemailFacts


def facts_of(
    call: Call, *, holds: Mapping[ChannelId, Sequence[Span]] | None = None, voicemail_reason: str = ""
) -> CallFacts:
    """What this room needs of a call; `holds`: when each leg had the other side on hold, where that is known."""
    legs = tuple(
        Leg(
            kind=leg.kind,
            channel=leg.channel,
            answered_at=leg.answered_at,
            ended_at=leg.ended_at,
            joined=(
                *(Span(start=start, end=end) for start, end in leg.bridged),
                *((Span(start=leg.bridged_since, end=None),) if leg.bridged_since else ()),
            ),
            held=tuple((holds or {}).get(leg.channel, ())),
            held_ms=leg.held_ms,
            rtp_received=leg.rtp_received,
            keys=leg.keys + (sum(map(len, call.keys)) if leg.channel == call.citizen else 0),
        )
        for leg in call.legs.values()
    )
    messages: tuple[VoicemailFacts, ...] = ()
    if call.voicemail_at is not None and call.voicemail_file:
        messages = (
            VoicemailFacts(file=call.voicemail_file, left_at=call.voicemail_at, reason=voicemail_reason or "key"),
        )
    return CallFacts(
        call=call.id,
        entered_at=call.entered_at,
        ended_at=call.ended_at,
        legs=legs,
        tracks=tuple(
            TrackFacts(channel=track.channel, kind=track.kind, file=track.file, started_at=track.at)
            for track in call.tracks
        ),
        voicemails=messages,
    )
