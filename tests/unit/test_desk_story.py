"""The story of a call as people read it at the desk: every kind of fact has its line, or says nothing on purpose."""

import dataclasses
from datetime import timedelta
from typing import Any, get_type_hints

import pytest

from hotline1022.core.cascade import StepOutcome
from hotline1022.core.events import Event
from hotline1022.web.desk.seen import Names, length, size, who
from hotline1022.web.desk.story import _SILENT, story
from hotline1022.web.page_words import words
from hotline1022.web.types import CallDetail, CallEventView
from tests.unit.calls_memory import a_call, a_detail
from tests.unit.cascade_memory import a_cascade, a_step

NAMES = Names(agencies={"so-xay-dung": "Sở Xây dựng"}, categories={}, areas={}, people={"1001": "Nguyễn Thị Ánh"})
CALL = a_call(1)
AGENT = "hl1-1.2"


def told(*facts: tuple[str, str, dict[str, Any]], cascades: tuple[Any, ...] = ()) -> list[str]:
    """The lines of these facts, a second apart."""
    rows = tuple(
        CallEventView(at=CALL.entered_at + timedelta(seconds=n), kind=kind, channel=channel or CALL.id, data=data)
        for n, (kind, channel, data) in enumerate(facts)
    )
    detail: CallDetail = dataclasses.replace(a_detail(CALL), events=rows)
    return [one.text for one in story(detail, cascades, NAMES, words())]


def test_a_call_that_an_agent_took() -> None:
    assert told(
        ("CallEntered", "", {"did": "1022", "caller": "", "sent": "anonymous"}),
        ("KeyPressed", "", {"menu": "root", "key": "3", "mode": "service"}),
        ("KeyPressed", "", {"menu": "root", "key": "", "mode": "service"}),
        ("StepTaken", "", {"menu": "root", "step": "agents", "target": "", "mode": "service"}),
        ("QueueJoined", "", {"queue": "main"}),
        ("LegStarted", AGENT, {"kind": "agent", "party": "101"}),
        ("Joined", "", {"bridge": "b"}),
        ("Joined", AGENT, {"bridge": "b"}),
        ("Held", AGENT, {}),
        ("LegEnded", AGENT, {"cause": 16}),
        ("LegEnded", "", {"cause": 16}),
    ) == [
        "Ẩn số gọi đến 1022",
        "Người dân bấm 3",
        "Người dân không bấm phím nào",
        "Được dẫn đến điện thoại viên",
        "Chờ điện thoại viên",
        "Điện thoại viên Nguyễn Thị Ánh (1001) (máy 101) đổ chuông",
        "Người dân được nối máy",
        "Điện thoại viên Nguyễn Thị Ánh (1001) (máy 101) vào cuộc nói chuyện",
        "Điện thoại viên Nguyễn Thị Ánh (1001) (máy 101) giữ máy",
        "Điện thoại viên Nguyễn Thị Ánh (1001) (máy 101) kết thúc",
        "Người dân gác máy, cuộc gọi kết thúc",
    ]


def test_a_transfer_to_an_agency() -> None:
    cascade = dataclasses.replace(a_cascade(CALL.id), steps=(a_step(1, StepOutcome.BUSY),))
    assert told(
        ("CascadeStarted", "", {"hunt": 1, "agency": "so-xay-dung", "category": "", "line": "101", "origin": "phone"}),
        ("StepTried", "", {"step": 1, "role": "specialist", "contact": "c", "which": "office", "number": "0274"}),
        ("StepEnded", "", {"step": 1, "status": "busy", "taken": ""}),
        ("CascadeEnded", "", {"outcome": "nobody"}),
        cascades=(cascade,),
    ) == [
        "Máy 101 chuyển đến Sở Xây dựng",
        "Gọi chuyên viên Nguyễn Văn An, máy bàn 0274",
        "Kết thúc lần gọi: máy bận",
        "Việc chuyển kết thúc: không ai nhận",
    ]


@pytest.mark.parametrize("kind", sorted(set(Event.__subclasses__()), key=str))
def test_every_fact_has_a_line_or_none_on_purpose(kind: type[Event]) -> None:
    """Also one whose data are those of an older service: nothing is missing loudly."""
    given: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        if name not in ("at", "call", "channel"):
            given[name] = 1 if hint is int else "agents" if name == "step" else "x"
    silent = _SILENT | {"PersonKnown", "PromptStarted"}
    for data in (given, {}):
        for channel in ("", AGENT, "hl1-9.9"):
            lines = told((kind.__name__, channel, data))
            if kind.__name__ in silent:
                assert lines == []
            elif channel == AGENT or kind.__name__ != "LegStarted":
                assert lines and all(one[0].isupper() or one[0] in "…1x" for one in lines), lines


def test_prompts_that_matter_are_told() -> None:
    heard = told(
        *(("PromptStarted", "", {"prompt": one}) for one in ("hl1022/greeting", "hl1022/menu-root", "digits/1"))
    )
    assert heard == ["Người dân nghe lời chào và thông báo ghi âm", "Người dân nghe menu thoại"]


def test_how_things_are_written() -> None:
    assert [length(one) for one in (0, 7_000, 65_000, 3_725_000)] == ["0:00", "0:07", "1:05", "1:02:05"]
    assert [size(one) for one in (12, 320_300, 1_400_000, 2_000_000_000)] == ["12 B", "320,3 kB", "1,4 MB", "2,0 GB"]
    assert who("person:1001", NAMES.people) == "Điện thoại viên Nguyễn Thị Ánh (1001)"
    assert [who(one) for one in ("user:lan", "cli:root", "service", "other:x")] == [
        "Người dùng lan",
        "Dòng lệnh (root)",
        "Hệ thống",
        "other:x",
    ]
