"""Some speakers alone over HTTP: who can be chosen is seen by the key, a choice is asked for by whoever may listen, and refused to others."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.web.desk.listen import called
from hotline1022.web.desk.seen import Names
from tests.unit.cascade_memory import a_cascade
from tests.unit.catalogue_memory import FIRST
from tests.unit.listening_memory import ENDED, KEY
from tests.unit.web_memory import open_house

HERE = f"/api/listen/{KEY}/speakers"
AGENT = "agent:hl1-1795470208.59"


async def test_who_may_hear_it_sees_each_speaker(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, found = await house.ask("GET", HERE, None)
        assert (status, found["call"], found["duration_ms"], found["step_ms"]) == (200, FIRST.call, 400, 100)
        citizen, agent, machine = found["speakers"]
        assert agent == {
            "key": AGENT, "kind": "agent", "side": "other", "tracks": ["t2-r"], "spans": [{"from_ms": 100, "to_ms": 300}],
            "chosen": True, "sound_ms": 200, "from_ms": 100, "peaks": "ICA=",
        }  # fmt: skip
        assert (citizen["key"], citizen["side"], machine["key"], machine["kind"]) == (
            "citizen",
            "citizen",
            "machine",
            None,
        )
        assert house.listening.opened == ["speakers 127.0.0.1"]


async def test_a_choice_is_another_right(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, right = await house.ask("POST", HERE, "listen", json={"speakers": ["machine", "citizen"]})
        assert (status, right["url"]) == (201, f"/api/listen/{KEY}")
        assert house.listening.chosen == ["citizen machine"]
        for keys, wanted in (([], "speakers-none"), (["contact:hl1-1.1"], "speaker-unknown")):
            status, told = await house.ask("POST", HERE, "listen", json={"speakers": keys})
            assert (status, told["error_id"]) == (400, wanted)
        for body in ({}, {"speakers": "citizen"}, {"speakers": ["Citizen; DROP"]}, {"speakers": ["citizen"] * 65}):
            assert (await house.ask("POST", HERE, "listen", json=body))[0] == 400, body
        house.listening.fails = Refused("it is damaged", error_id="recording-damaged")
        assert (await house.ask("POST", HERE, "listen", json={"speakers": ["citizen"]}))[0] == 409


@pytest.mark.parametrize(
    ("who", "key", "wanted"),
    [
        (None, KEY, (401, "token-missing")),
        ("admin", KEY, (403, "scope-missing")),
        ("listen", ENDED, (409, "listen-expired")),
        ("listen", "x" * 43, (404, "listen-unknown")),
        ("listen", "short", (404, "key-unknown")),
    ],
)
async def test_who_has_no_right_chooses_nothing(
    tmp_path: Path, who: str | None, key: str, wanted: tuple[int, str]
) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("POST", f"/api/listen/{key}/speakers", who, json={"speakers": ["citizen"]})
        assert (status, told["error_id"]) == wanted and house.listening.chosen == []


def test_somebody_of_an_agency_is_called_by_the_step_in_which_the_telephone_was_picked_up() -> None:
    names = Names(agencies={"so-xay-dung": "Sở Xây dựng"}, categories={}, areas={}, people={})
    step = a_cascade().steps[1]
    picked = step.answered_at
    assert picked is not None and step.name
    track = {"id": "t3-r", "kind": "contact", "who": "Đầu mối cơ quan", "began": picked + timedelta(milliseconds=300)}
    others = {"t2-r": ("agent", 0), "t4-r": ("contact", 60)}
    tracks = [track, *(
        {"id": id, "kind": kind, "who": kind, "began": picked + timedelta(seconds=later)} for id, (kind, later) in others.items()
    )]  # fmt: skip
    assert called(tracks, [a_cascade()], names) == {
        "t3-r": f"{step.name}, Sở Xây dựng", "t2-r": "agent", "t4-r": "contact",
    }  # fmt: skip
