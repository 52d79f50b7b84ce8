"""From core's call to what this room needs of it."""

from datetime import UTC, datetime, timedelta

from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.facts import facts_of
from hotline1022.recordings.types import Span, TrackFacts, VoicemailFacts

START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
CALL = CallId(ChannelId("hl1-1795470208.58"))
AGENT = ChannelId("hl1-1795470208.59")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_call_with_an_agent_and_a_message() -> None:
    call = fold(
        [
            e.CallEntered(at=at(0), call=CALL, channel=CALL, did="1022", caller="0901234567"),
            e.LegAnswered(at=at(0), call=CALL, channel=CALL),
            e.TrackStarted(at=at(0.1), call=CALL, channel=CALL, kind=e.LegKind.CITIZEN, file="stem"),
            e.KeyPressed(at=at(1), call=CALL, channel=CALL, menu="root", key="0", mode=e.Mode.SERVICE),
            e.LegStarted(at=at(2), call=CALL, channel=AGENT, kind=e.LegKind.AGENT, party="101"),
            e.LegAnswered(at=at(3), call=CALL, channel=AGENT),
            e.Joined(at=at(3), call=CALL, channel=AGENT, bridge="b"),
            e.Joined(at=at(3), call=CALL, channel=CALL, bridge="b"),
            e.AudioCounted(at=at(8), call=CALL, channel=AGENT, received=250),
            e.Parted(at=at(8), call=CALL, channel=AGENT, bridge="b"),
            e.LegEnded(at=at(8), call=CALL, channel=AGENT, cause=16),
            e.VoicemailStarted(at=at(9), call=CALL, channel=CALL, reason="key", file="message"),
        ]
    )
    assert call is not None
    hold = Span(start=at(4), end=at(5))
    found = facts_of(call, holds={AGENT: [hold]}, voicemail_reason="timeout")
    citizen, agent = found.legs
    assert (found.call, found.entered_at, found.ended_at) == (CALL, at(0), None)
    assert (citizen.answered_at, citizen.ended_at, citizen.keys, citizen.rtp_received) == (at(0), None, 1, None)
    assert citizen.joined == (Span(start=at(3), end=None),), "still in its bridge as far as anybody knows"
    assert (agent.joined, agent.held, agent.keys) == ((Span(start=at(3), end=at(8)),), (hold,), 0)
    assert (agent.answered_at, agent.ended_at, agent.rtp_received) == (at(3), at(8), 250)
    assert found.tracks == (TrackFacts(channel=CALL, kind=e.LegKind.CITIZEN, file="stem", started_at=at(0.1)),)
    assert found.voicemails == (VoicemailFacts(file="message", left_at=at(9), reason="timeout"),)
