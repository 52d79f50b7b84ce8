"""Disclosure over HTTP: who may what, what reaches the desk, and that whoever asked cannot allow."""

from datetime import date
from pathlib import Path

import pytest

from hotline1022.evidence.types import Request
from hotline1022.web.disclosure_wire import BleepBody, Decision, PartBody
from tests.unit.catalogue_memory import FIRST
from tests.unit.disclosure_memory import ONE
from tests.unit.web_memory import open_house

BODY = {
    "unit": "Công an tỉnh",
    "letter": "12/CSĐT",
    "letter_date": "2026-11-24",
    "person": "Trần Văn Bình",
    "why": "Xác minh tin báo",
    "recordings": [FIRST.id],
}


async def test_asked_allowed_and_handed_out(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, made = await house.ask("POST", "/api/disclosures", "listen", json=BODY)
        assert (status, made["letter_date"], made["state"]) == (201, "2026-11-24", "requested")
        decide = f"/api/disclosures/{ONE.id}/decide"
        assert (await house.ask("POST", decide, "admin", json={"decision": "approve"}))[0] == 200
        assert (await house.ask("POST", decide, "admin", json={"decision": "hand-out"}))[0] == 400
        wanted = Request(
            unit="Công an tỉnh", letter="12/CSĐT", letter_date=date(2026, 11, 24), person="Trần Văn Bình",
            why="Xác minh tin báo", recordings=(FIRST.id,),
        )  # fmt: skip
        assert house.disclosures.asked == [(wanted, "token:listen-token"), (Decision.APPROVE, "", "token:admin-token")]
        out = {"received_by": "Trần Văn Bình, điều tra viên"}
        status, given = await house.ask("POST", f"/api/disclosures/{ONE.id}/hand-out", "admin", json=out)
        assert status == 200 and given["hand_outs"][0]["handed_by"] == "token:admin-token"
        assert len((await house.ask("GET", "/api/disclosures?state=requested", "listen"))[1]["disclosures"]) == 1
        assert (await house.ask("GET", "/api/disclosures?state=packed", "listen"))[1] == {
            "disclosures": [],
            "unreadable": [],
            "next": None,
        }
        assert len((await house.ask("GET", "/api/disclosures?words=cong%20an", "listen"))[1]["disclosures"]) == 1
        assert (await house.ask("GET", "/api/disclosures?words=khac", "listen"))[1]["disclosures"] == []
        assert (await house.ask("GET", "/api/disclosures?cursor=abcdefgh", "listen"))[0] == 400
        assert (await house.ask("GET", f"/api/disclosures/{'e' * 16}", "listen"))[0] == 404


@pytest.mark.parametrize("left_out", sorted(BODY))
async def test_a_request_leaves_nothing_out(tmp_path: Path, left_out: str) -> None:
    async with open_house(tmp_path) as house:
        body = {name: value for name, value in BODY.items() if name != left_out}
        assert (await house.ask("POST", "/api/disclosures", "listen", json=body))[0] == 400
        empty: object = [] if left_out == "recordings" else ""
        assert (await house.ask("POST", "/api/disclosures", "listen", json=BODY | {left_out: empty}))[0] == 400
        assert house.disclosures.asked == []


async def test_parts_reach_the_desk_and_an_allowance_its_terms(tmp_path: Path) -> None:
    part = {"recording": FIRST.id, "start": "0:30", "bleeps": [{"start": "0:40", "end": "0:41.5", "tracks": ["a-r"]}]}
    wanted = PartBody(
        recording=FIRST.id, start="0:30", bleeps=(BleepBody(start="0:40", end="0:41.5", tracks=("a-r",)),)
    )
    async with open_house(tmp_path) as house:
        status, made = await house.ask("POST", "/api/disclosures", "listen", json=BODY | {"parts": [part]})
        assert (status, made["terms"], made["revision"]) == (201, ONE.terms, 1)
        assert house.disclosures.asked.pop()[1:] == (wanted, "token:listen-token")
        path = f"/api/disclosures/{ONE.id}"
        assert (await house.ask("POST", f"{path}/change", "listen", json={"parts": [part]}))[0] == 200
        assert (await house.ask("POST", f"{path}/change", "admin", json={"parts": [part]}))[0] == 403
        seen = {"decision": "approve", "terms": ONE.terms[:8]}
        assert (await house.ask("POST", f"{path}/decide", "admin", json=seen))[0] == 200
        assert house.disclosures.asked == [
            (wanted, "token:listen-token"),
            (Decision.APPROVE, "", ONE.terms[:8], "token:admin-token"),
        ]
        to = {"received_by": "Trần Văn Bình"}
        status, link = await house.ask("POST", f"{path}/links", "admin", json=to)
        assert status == 201 and link["address"].startswith("https://1022.example.vn/g/")
        assert (await house.ask("POST", f"{path}/links", "listen", json=to))[0] == 403


@pytest.mark.parametrize(
    "part",
    [
        7,
        "0:30-0:40",
        {},
        {"recording": "../etc"},
        {"recording": FIRST.id, "start": 30},
        {"recording": FIRST.id, "bleeps": {}},
        {"recording": FIRST.id, "bleeps": [["0:01", "0:02"]]},
        {"recording": FIRST.id, "bleeps": [{"start": "0:01"}]},
        {"recording": FIRST.id, "bleeps": [{"start": "0:01", "end": None}]},
        {"recording": FIRST.id, "form": "mp3"},
    ],
)
async def test_parts_that_are_none(tmp_path: Path, part: object) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("POST", "/api/disclosures", "listen", json=BODY | {"parts": [part]})
        assert status == 400 and "parts[0]" in told["message"] and house.disclosures.asked == []
        raw = f'{{"parts": [{{"recording": "{FIRST.id}", "start": NaN}}]}}'
        change, as_json = f"/api/disclosures/{ONE.id}/change", {"Content-Type": "application/json"}
        assert (await house.ask("POST", change, "listen", data=raw, headers=as_json))[0] == 400
