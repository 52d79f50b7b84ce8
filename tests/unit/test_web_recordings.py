"""The catalogue over HTTP: filters reach it, pages go on, numbers are masked, ids and cursors of others are refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.recordings.types import CallKind, CatalogueFilter, Shown
from hotline1022.web.recordings import read_place, write_place
from tests.unit.catalogue_memory import FIRST, MemoryCatalogue
from tests.unit.web_memory import open_house


async def test_every_filter_reaches_the_catalogue(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        query = (
            "number=%2B84+(274)+3.822-222&since=2026-11-24&until=2026-11-24&person=1001&line=101&agency=so-xay-dung"
            "&category=xay-dung&ticket=10000001&words=%C4%91%C3%A8n+%C4%91%C6%B0%E1%BB%9Dng&longer_ms=1000"
            f"&shorter_ms=9000&state=held&kind=ticket-open&limit=7&cursor={write_place(99)}"
        )
        status, _ = await house.ask("GET", f"/api/recordings?{query}", "agent")
        assert status == 200
        assert isinstance(house.ports.catalogue, MemoryCatalogue)
        assert house.ports.catalogue.asked == [
            CatalogueFilter(
                number="+84 (274) 3.822-222",
                since=datetime(2026, 11, 23, 17, tzinfo=UTC),
                until=datetime(2026, 11, 24, 17, tzinfo=UTC),
                person="1001",
                line="101",
                agency="so-xay-dung",
                category="xay-dung",
                code="10000001",
                words="đèn đường",
                shortest_ms=1000,
                longest_ms=9000,
                state=Shown.HELD,
                kind=CallKind.TICKET_OPEN,
                before=99,
                limit=7,
            )
        ]


async def test_a_page_and_its_next(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, page = await house.ask("GET", "/api/recordings?limit=2")
        assert [one["state"] for one in page["recordings"]] == ["verified", "held"]
        assert (await house.ask("GET", f"/api/recordings?limit=2&cursor={page['next']}"))[0] == 200
        _, last = await house.ask("GET", "/api/recordings")
        assert last["next"] is None and last["recordings"][2]["why"] == "disk-full"


async def test_numbers_are_for_agents(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for path in ("/api/recordings", f"/api/recordings/{FIRST.id}"):
            assert "901234567" not in repr(await house.ask("GET", path, "read"))
            assert "901234567" in repr(await house.ask("GET", path, "agent"))
            assert (await house.ask("GET", path, "listen"))[0] == 403
        assert (await house.ask("GET", "/api/recordings?number=0901234567", "read"))[0] == 403


async def test_one_recording_with_its_tracks_and_the_audit(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, found = await house.ask("GET", f"/api/recordings/{FIRST.id}")
        assert found["tracks"][0]["started_at"] == "2026-11-24T01:00:00.000+07:00"
        assert found["tracks"][0]["sha256"] == "ab" * 32
        assert [(one["seq"], one["kind"]) for one in found["entries"]] == [(7, "recording-stored")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/recordings/ffffffffffffffff", 404),
        ("/api/recordings/..%2f..%2fetc", 404),
        ("/api/recordings/hl1-1795470208.58", 404),
        ("/api/recordings?cursor=bm90b3Vycw", 400),
        ("/api/recordings?number=abc", 400),
        ("/api/recordings?agency=So%20Y%20Te", 400),
        ("/api/recordings?state=lost", 400),
        ("/api/recordings?since=2026-11-24&until=2026-11-23", 400),
        ("/api/recordings?longer_ms=-1", 400),
    ],
)
async def test_what_is_refused(tmp_path: Path, path: str, status: int) -> None:
    async with open_house(tmp_path) as house:
        assert (await house.ask("GET", path, "agent"))[0] == status


@pytest.mark.parametrize("text", ["", "cDEyYQ", "cA", "cC0x", "é", write_place(2**63), "p12"])
def test_cursors_of_others_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_place(text)
    assert read_place(write_place(2**63 - 1)) == 2**63 - 1
