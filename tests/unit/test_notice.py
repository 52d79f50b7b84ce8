"""That the call is recorded was said: by which prompt, when, and whether before the citizen's track began."""

from datetime import timedelta
from typing import Any

from hotline1022.core.notice import notice_of
from hotline1022.db.types import EventRow
from tests.contract.database.made import at

CALL = "hl1-1795470208.58"


def fact(second: float, what: str, channel: str = CALL, **data: Any) -> EventRow:
    return EventRow(
        call_id=CALL, key=f"{what}:{second}", at=at(second), kind=what, channel=channel, data=data, seq=int(second * 10)
    )


def test_the_greeting_on_the_recording() -> None:
    found = notice_of(
        [
            fact(1.0, "TrackStarted", kind="citizen", file="x"),
            fact(1.2, "PromptStarted", prompt="hl1022/greeting"),
            fact(5.0, "PromptEnded", prompt="hl1022/greeting"),
            fact(5.1, "PromptStarted", prompt="hl1022/menu-root"),
            fact(9.0, "PromptEnded", prompt="hl1022/menu-root"),
        ]
    )
    assert found is not None and found.ended_at is not None
    assert (found.prompt, found.started_at, found.ended_at, found.recorded_from) == ("greeting", at(1.2), at(5), at(1))
    assert not found.before_recording and found.ended_at - found.started_at == timedelta(seconds=3.8)


def test_before_the_track_and_by_the_dialplan_alone() -> None:
    found = notice_of(
        [
            fact(1.0, "PromptStarted", prompt="static-menu"),
            fact(1.5, "PromptEnded", channel="another", prompt="x"),
            fact(2.0, "TrackStarted", channel="another", kind="agent", file="y"),
            fact(3.0, "TrackStarted", kind="citizen", file="x"),
        ]
    )
    assert found is not None
    assert (found.prompt, found.before_recording, found.ended_at) == ("static-menu", True, None)


def test_who_was_not_told_was_not_told() -> None:
    assert notice_of([fact(1.0, "PromptStarted", prompt="hl1022/menu-root")]) is None
    assert notice_of([]) is None
