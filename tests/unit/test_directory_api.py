"""The directory over the API: who sees what, a merger, a new contact point, and what is refused at the door."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.web_memory import open_house

CONTACT = {
    "agency": "so-xay-dung",
    "role": "specialist",
    "name": "Lê Thị Cúc",
    "office": "0274 3822 222",
    "mobile": "0901 234 567",
    "email": "cuc@soxaydung.example",
    "hours": "mon-fri 07:30-11:30",
    "order": 2,
    "valid_from": "2026-11-01",
    "letter": "12/SXD",
    "letter_date": "2026-10-30",
}


async def test_numbers_are_masked_for_a_reader_everywhere(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, made = await house.ask("POST", "/api/directory/contacts", "admin", json=CONTACT)
        assert (status, made["mobile"], made["sms"]) == (201, "+84901234567", "+84901234567")
        paths = [
            "/api/directory/contacts?agency=so-xay-dung",
            "/api/directory/agencies/so-xay-dung/hunt",
            "/api/directory/categories/construction/hunt?area=di-an&at=2026-11-24T09:00:00%2B07:00",
            "/api/directory/changes?what=contact",
        ]
        for path in paths:
            for who in ("read", "agent", "admin"):
                status, told = await house.ask("GET", path, who)
                assert status == 200
                assert ("901234567" in repr(told)) == (who != "read"), path
                if who == "read":
                    assert "+8490****567" in repr(told)
        _, told = await house.ask("GET", "/api/directory/agencies/cap-cuu-115/hunt")
        assert told["steps"][0]["number"] == "115", "a short number is nobody's"


async def test_a_contact_point_comes_changes_and_goes(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, made = await house.ask("POST", "/api/directory/contacts", "admin", json=CONTACT)
        path = f"/api/directory/contacts/{made['id']}"
        body = {**CONTACT, "sms": "0900 000 200", "letter": "15/SXD"}
        status, changed = await house.ask("POST", path, "admin", json=body)
        assert (status, changed["id"], changed["sms"]) == (200, made["id"], "+84900000200")
        status, ended = await house.ask("POST", f"{path}/end", "admin", json={})
        assert (status, ended["valid_to"]) == (200, "2026-11-24"), "today in the province"
        status, told = await house.ask("POST", path, "admin", json=body)
        assert (status, told["error_id"]) == (409, "end-missing"), "somebody who did not know that it has ended"
        listed = "/api/directory/contacts?agency=so-xay-dung"
        for query, count in (("", 2), ("&day=2026-11-23", 3), ("&day=2026-10-31", 2), ("&all=true", 3)):
            _, told = await house.ask("GET", listed + query)
            assert len(told["contacts"]) == count, query
        _, told = await house.ask("GET", f"/api/directory/changes?id={made['id']}&limit=2", "admin")
        assert [(one["by"], one["before"]["letter"]) for one in told["changes"]] == [
            ("admin-token", "15/SXD"),
            ("admin-token", "12/SXD"),
        ]


async def test_a_merger_is_a_change_of_data(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        new = {"id": "so-nn-mt", "name": "Sở Nông nghiệp và Môi trường", "short": "Sở NN&MT", "kind": "department"}
        status, told = await house.ask("POST", "/api/directory/agencies", "admin", json=new)
        assert (status, told["parent"], told["hunt"]) == (200, None, [])
        body = {"day": "2025-03-01", "successor": "so-nn-mt"}
        for old in ("so-nong-nghiep", "so-tai-nguyen-moi-truong"):
            status, told = await house.ask("POST", f"/api/directory/agencies/{old}/end", "admin", json=body)
            assert (status, told["successor"], told["name"][:3]) == (200, "so-nn-mt", "Sở ")
        _, told = await house.ask("GET", "/api/directory/categories/environment-land/hunt")
        assert told["agency"]["id"] == "so-nn-mt"
        _, told = await house.ask("GET", "/api/directory/contacts?agency=so-nong-nghiep")
        assert told == {"contacts": []}
        _, told = await house.ask("GET", "/api/directory/gaps")
        assert [gap["kind"] for gap in told["gaps"] if gap["id"] == "so-nn-mt"] == [
            "code-missing",
            "specialist-missing",
            "leader-missing",
        ]
        _, now = await house.ask("GET", "/api/directory/agencies")
        _, then = await house.ask("GET", "/api/directory/agencies?day=2025-02-28")
        _, whole = await house.ask("GET", "/api/directory/agencies?all=true")
        assert [len(one["agencies"]) for one in (now, then, whole)] == [38, 40, 40]


async def test_areas_and_categories_are_written(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        area = {"id": "phu-cuong", "name": "Phường Phú Cường", "kind": "ward", "parent": "thu-dau-mot"}
        status, told = await house.ask("POST", "/api/directory/areas", "admin", json=area)
        assert (status, {key: told[key] for key in area}) == (200, area)
        body = {"id": "traffic", "name": "Giao thông", "agency": "so-giao-thong-van-tai", "urgent": True}
        body |= {"by_area": ["thu-dau-mot ubnd-thu-dau-mot"]}
        status, told = await house.ask("POST", "/api/directory/categories", "admin", json=body)
        assert (status, told["by_area"]) == (200, [{"area": "thu-dau-mot", "agency": "ubnd-thu-dau-mot"}])
        for where, who in (("phu-cuong", "ubnd-thu-dau-mot"), ("di-an", "so-giao-thong-van-tai")):
            _, told = await house.ask("GET", f"/api/directory/categories/traffic/hunt?area={where}")
            assert (told["agency"]["id"], told["category"]["urgent"]) == (who, True)
        status, told = await house.ask(
            "POST", "/api/directory/areas/phu-cuong/end", "admin", json={"successor": "thu-dau-mot"}
        )
        assert (status, told["successor"], told["valid_to"]) == (200, "thu-dau-mot", "2026-11-24")


@pytest.mark.parametrize(
    ("path", "body", "status", "error_id"),
    [
        ("contacts", {**CONTACT, "mobile": "0274 3822 222"}, 400, "number-invalid"),
        ("contacts", {**CONTACT, "office": "0274 38"}, 400, "number-invalid"),
        ("contacts", {**CONTACT, "sms": "115"}, 400, "number-invalid"),
        ("contacts", {**CONTACT, "hours": "8-17"}, 400, "hours-invalid"),
        ("contacts", {**CONTACT, "email": "cuc"}, 400, "contact-invalid"),
        ("contacts", {**CONTACT, "agency": "so-x"}, 400, "directory-invalid"),
        ("contacts", {**CONTACT, "agency": "Sở X"}, 400, "value-invalid"),
        ("contacts", {**CONTACT, "role": "boss"}, 400, "value-invalid"),
        ("contacts", {**CONTACT, "valid_to": "2026-10-01"}, 400, "contact-invalid"),
        ("contacts", {**CONTACT, "id": "mine"}, 400, "key-unknown"),
        ("contacts/so-y-te-cv", CONTACT, 409, "contact-fixed"),
        ("contacts/nobody", CONTACT, 404, "contact-unknown"),
        ("contacts/nobody/end", {}, 404, "contact-unknown"),
        ("agencies/so-y-te/end", {"successor": "so-y-te"}, 400, "directory-invalid"),
        ("agencies/so-y-te/end", {"successor": "Sở"}, 400, "value-invalid"),
        (
            "agencies",
            {"id": "a", "name": "A", "short": "A", "kind": "department", "code": 701},
            400,
            "directory-invalid",
        ),
        ("agencies", {"id": "a", "name": "A", "short": "A", "kind": "department", "code": 99}, 400, "value-invalid"),
        ("agencies", {"id": "a", "name": "A", "short": "A", "kind": "department", "hunt": ["x"]}, 400, "hunt-invalid"),
        ("areas", {"id": "a", "name": "A", "kind": "ward", "parent": "a"}, 400, "directory-invalid"),
        ("categories", {"id": "a", "name": "A", "agency": "so-y-te", "by_area": ["x"]}, 400, "category-invalid"),
    ],
)
async def test_what_is_refused_changes_nothing(
    tmp_path: Path, path: str, body: dict[str, Any], status: int, error_id: str
) -> None:
    async with open_house(tmp_path) as house:
        told = await house.ask("POST", f"/api/directory/{path}", "admin", json=body)
        assert (told[0], told[1]["error_id"]) == (status, error_id)
        assert told[1]["cure"]
        _, changes = await house.ask("GET", "/api/directory/changes")
        assert changes == {"changes": []}


@pytest.mark.parametrize(
    ("path", "error_id"),
    [
        ("agencies/so-x/hunt", "agency-unknown"),
        ("agencies/SO/hunt", "agency-unknown"),
        ("categories/x/hunt", "category-unknown"),
        ("categories/traffic/hunt?area=x", "area-unknown"),
        ("contacts?agency=so-x", "agency-unknown"),
    ],
)
async def test_what_nobody_knows(tmp_path: Path, path: str, error_id: str) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/api/directory/{path}")
        assert (status, told["error_id"]) == (404, error_id)
