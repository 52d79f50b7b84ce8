"""The call log in memory, behind the API's port, and calls to fill it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline1022.core.events import LegKind
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.web.types import (
    CallDetail,
    CallEventView,
    CallFilter,
    CallLegView,
    CallView,
    TrackView,
)

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
CALLER = "0901234567"
#: the same as pages write it
CALLER_SAID = "0901 234 567"


def a_call(number: int, **changes: Any) -> CallView:
    entered = NOW - timedelta(minutes=number)
    call = CallView(
        id=f"hl1-{int(entered.timestamp())}.{number}",
        entered_at=entered,
        answered_at=entered + timedelta(milliseconds=120),
        ended_at=entered + timedelta(seconds=40),
        did="1022",
        caller_raw=CALLER,
        caller_sent=CALLER,
        caller_e164="+84901234567",
        state=CallState.ENDED,
        result=Result.ANSWERED,
        reason=Reason.AGENT_ANSWERED,
        category="giao-thong",
        mode="service",
        backfilled=False,
        wait_ms=4000,
        talk_ms=30000,
        line="101",
        person="1001",
        has_recording=True,
    )
    return replace(call, **changes)


def a_detail(call: CallView) -> CallDetail:
    at = call.entered_at
    leg = CallLegView(
        channel=call.id,
        kind=LegKind.CITIZEN,
        party=CALLER,
        line="",
        person="",
        started_at=at,
        answered_at=at,
        ended_at=call.ended_at,
        cause=16,
        talk_ms=30000,
        hold_ms=None,
        rtp_received=2000,
    )
    agent = replace(leg, channel="hl1-1.2", kind=LegKind.AGENT, party="101", line="101", person="1001")
    track = TrackView(
        id="t1",
        channel=call.id,
        kind="citizen",
        side="r",
        segment_started_at=at,
        status="stored",
        sha256="0901234567" * 6 + "abcd",
        bytes=640044,
        duration_ms=40000,
        gap_ms=0,
        lost_ms=0,
    )
    events = (
        CallEventView(at=at + timedelta(seconds=1), kind="KeyPressed", channel=call.id, data={"key": "115"}),
        CallEventView(at=at, kind="CallEntered", channel=call.id, data={"caller": CALLER, "did": "1022"}),
    )
    return CallDetail(call=call, legs=(leg, agent), events=events, tracks=(track,))


@dataclass
class MemoryCalls:
    calls: list[CallView]
    asked: list[CallFilter] = field(default_factory=list)
    fails: Exception | None = None

    async def list(self, wanted: CallFilter) -> Sequence[CallView]:
        self.asked.append(wanted)
        if self.fails:
            raise self.fails
        found = [call for call in self.calls if self._fits(call, wanted)]
        found.sort(key=lambda call: (call.entered_at, call.id), reverse=True)
        return found[: wanted.limit]

    def _fits(self, call: CallView, wanted: CallFilter) -> bool:
        before = wanted.before
        return (
            (wanted.since is None or call.entered_at >= wanted.since)
            and (wanted.until is None or call.entered_at < wanted.until)
            and (not wanted.callers or bool({call.caller_raw, call.caller_e164} & set(wanted.callers)))
            and wanted.result in (None, call.result)
            and wanted.line in (None, call.line)
            and wanted.person in (None, call.person)
            and (before is None or (call.entered_at, call.id) < (before.entered_at, before.call))
        )

    async def get(self, call: str) -> CallDetail | None:
        return next((a_detail(known) for known in self.calls if known.id == call), None)
