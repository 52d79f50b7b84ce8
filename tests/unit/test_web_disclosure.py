"""Disclosure over HTTP: who may what, what reaches the desk, and that whoever asked cannot allow."""

from datetime import date
from pathlib import Path

import pytest

from hotline1022.evidence.types import Request
from hotline1022.web.disclosure_wire import Decision
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
        assert (await house.ask("GET", "/api/disclosures?state=packed", "listen"))[1] == {"disclosures": []}
        assert (await house.ask("GET", f"/api/disclosures/{'e' * 16}", "listen"))[0] == 404


@pytest.mark.parametrize("left_out", sorted(BODY))
async def test_a_request_leaves_nothing_out(tmp_path: Path, left_out: str) -> None:
    async with open_house(tmp_path) as house:
        body = {name: value for name, value in BODY.items() if name != left_out}
        assert (await house.ask("POST", "/api/disclosures", "listen", json=body))[0] == 400
        empty: object = [] if left_out == "recordings" else ""
        assert (await house.ask("POST", "/api/disclosures", "listen", json=BODY | {left_out: empty}))[0] == 400
        assert house.disclosures.asked == []
