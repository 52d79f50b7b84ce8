"""Questions and answers by the API: who sees what, and what is not even read."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline1022.faq.types import BY_HAND
from hotline1022.web.auth import digest_of
from hotline1022.web.faq import LARGEST, SHEET
from hotline1022.web.types import Scope, Token
from tests.unit.faq_memory import ID, TEXT, MemoryFaq
from tests.unit.web_memory import SECRETS, House, open_house

OFFICER = "hl_officer_0123456789abcdef"
OTHER = "hl_other_0123456789abcdef"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as made:
        for secret, agency in ((OFFICER, "so-y-te"), (OTHER, "so-xay-dung")):
            digest = digest_of(secret)
            made.tokens.tokens[digest] = Token(
                id=agency,
                name=agency,
                digest=digest,
                scopes=frozenset({Scope.AGENT}),
                contact=f"{agency}-cv",
                agency=agency,
                agencies=frozenset({agency}),
            )
        yield made


def faq(house: House) -> MemoryFaq:
    found = house.ports.faq
    assert isinstance(found, MemoryFaq)
    return found


async def error_of(house: House, method: str, path: str, who: str, **more: Any) -> tuple[int, str]:
    status, told = await house.ask(method, path, who, **more)
    return status, told["error_id"]


async def test_numbers_of_offices_are_told_to_readers_too(house: House) -> None:
    status, found = await house.ask("GET", "/api/faq/search?words=khai+sinh")
    (hit,) = found["hits"]
    assert status == 200 and "0274 3822 999" in hit["answer"]
    assert hit["out_of_date"] is True and hit["agency_name"] == "Sở Y tế"
    assert "0274 3822 999" in str(await house.ask("GET", f"/api/faq/{ID}"))


async def test_readers_see_what_is_published_alone(house: House) -> None:
    _, entry = await house.ask("GET", f"/api/faq/{ID}")
    assert [one["state"] for one in entry["versions"]] == ["published"] and entry["opened"] == 0
    _, entry = await house.ask("GET", f"/api/faq/{ID}", "agent")
    assert [one["state"] for one in entry["versions"]] == ["draft", "published"]
    await house.ask("GET", "/api/faq")
    assert faq(house).wanted[-1].state == "published"
    await house.ask("GET", "/api/faq", "agent")
    assert faq(house).wanted[-1].state is None
    assert await error_of(house, "GET", "/api/faq?state=draft", "read") == (403, "scope-missing")


async def test_a_contact_points_token_reaches_its_agency_alone(house: House) -> None:
    assert (await house.ask("GET", f"/api/faq/{ID}", OFFICER))[0] == 200
    assert await error_of(house, "GET", f"/api/faq/{ID}", OTHER) == (404, "faq-unknown")
    await house.ask("GET", "/api/faq/search?words=x", OTHER)
    assert faq(house).asked[-1].agencies == frozenset({"so-xay-dung"})
    assert await error_of(house, "GET", "/api/faq?agency=so-y-te", OTHER) == (403, "agency-other")
    body = {"question": TEXT.question, "answer": TEXT.answer}
    made = (await house.ask("POST", "/api/faq", OFFICER, json=body))[1]
    assert made["agency"] == "so-y-te" and made["versions"][0]["written_by"] == "so-y-te"
    assert await error_of(house, "POST", "/api/faq", OTHER, json=body | {"agency": "so-y-te"}) == (409, "faq-agency")
    for move in ("publish", "withdraw"):
        told = await error_of(house, "POST", f"/api/faq/{ID}/{move}", OFFICER, json={"revision": 1, "why": "x"})
        assert told == (403, "token-of-contact")
    assert await error_of(house, "GET", "/api/faq/misses", OFFICER) == (403, "token-of-contact")


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "ab"},
        {"answer": ""},
        {"answer": "x" * 4001},
        {"valid_to": "31/12/2026"},
        {"category": "A B"},
        {"x": 1},
    ],
)
async def test_what_is_no_text_is_refused_at_the_door(house: House, changes: dict[str, Any]) -> None:
    body = {"question": TEXT.question, "answer": TEXT.answer, "agency": "so-y-te"} | changes
    status, _ = await error_of(house, "POST", "/api/faq", "agent", json=body)
    assert status == 400
    for move in BY_HAND:
        told = await error_of(house, "POST", f"/api/faq/{ID}/{move}", "admin", json={"why": "x"})
        assert told == (400, "value-missing"), "whoever moves it says what was seen"


async def test_a_sheet_is_tried_unless_somebody_says_otherwise(house: House) -> None:
    _, report = await house.ask("POST", "/api/faq/import", OFFICER, data=b"PK")
    assert (report["written"], report["new"], report["wrong"]) == (False, 1, 1)
    assert report["rows"][1]["problems"] == [{"error_id": "faq-question", "message": "too short; write more"}]
    await house.ask("POST", "/api/faq/import?dry_run=false&agency=so-y-te", OFFICER, data=b"PK")
    assert faq(house).taken == [("", b"PK", True), ("so-y-te", b"PK", False)]
    headers = {"Authorization": f"Bearer {SECRETS['agent']}"}
    async with house.client.post("/api/faq/import", data=io.BytesIO(b"x" * (LARGEST + 1)), headers=headers) as response:
        assert (response.status, (await response.json())["error_id"]) == (400, "sheet-large")
    assert len(faq(house).taken) == 2
    async with house.client.get("/api/faq/template", headers=headers) as response:
        assert response.content_type == SHEET and (await response.read()).startswith(b"PK")
