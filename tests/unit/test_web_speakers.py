"""Some speakers alone over HTTP: who can be chosen is seen by the key, a choice is asked for by whoever may listen, and refused to others."""

from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
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
