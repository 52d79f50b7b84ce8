"""The page of a download link and the package behind it: opening does nothing, ranges go on, a wrong link is one page."""

from pathlib import Path
from typing import Any

import pytest

from hotline1022.web.auth import FAILURES
from tests.unit.disclosure_memory import PACKAGE
from tests.unit.listening_memory import KEY
from tests.unit.web_memory import House, open_house

PAGE, FILE = f"/g/{KEY}", f"/g/{KEY}.zip"


async def get(house: House, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    async with house.client.request(method, path, headers=headers, allow_redirects=False) as response:
        return response.status, await response.read(), response.headers


async def test_the_page_says_whose_link_it_is_and_counts_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for method in ("GET", "HEAD"):
            status, _, headers = await get(house, PAGE, method)
            assert status == 200 and headers["Cache-Control"] == "no-store"
            assert "script" not in headers["Content-Security-Policy"]
        text = (await get(house, PAGE))[1].decode()
        assert "Liên kết này cấp cho Trần Văn &lt;Bình&gt;, Công an tỉnh." in text and "<Bình>" not in text
        assert "trích đoạn" in text and f'href="{KEY}.zip"' in text and "102.402 byte" in text
        assert house.packages.sent == []
        assert (await get(house, "/g/page.css"))[2]["Content-Type"].startswith("text/css")


async def test_the_package_whole_and_by_ranges(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, body, headers = await get(house, FILE)
        assert (status, body) == (200, PACKAGE)
        assert headers["Content-Disposition"] == 'attachment; filename="1022-x-trich-doan.zip"'
        tag = headers["ETag"]
        got = b""
        while len(got) < len(PACKAGE):  # a bad line: 40,000 bytes at a time
            status, piece, headers = await get(
                house, FILE, Range=f"bytes={len(got)}-{len(got) + 39_999}", **{"If-Range": tag}
            )
            assert status == 206 and headers["Content-Range"].endswith(f"/{len(PACKAGE)}")
            got += piece
        assert got == PACKAGE
        assert house.packages.sent[1:] == [
            (0, 40_000, "127.0.0.1"), (40_000, 80_000, "127.0.0.1"), (80_000, len(PACKAGE), "127.0.0.1"),
        ]  # fmt: skip
        # another package by now: all of it, not a piece of one after a piece of another
        assert (await get(house, FILE, Range="bytes=5-", **{"If-Range": '"other"'}))[:2] == (200, PACKAGE)
        before = len(house.packages.sent)
        assert (await get(house, FILE, "HEAD"))[:2] == (200, b"")
        assert (await get(house, FILE, **{"If-None-Match": tag}))[0] == 304
        assert (await get(house, FILE, Range=f"bytes={len(PACKAGE)}-"))[0] == 416
        assert len(house.packages.sent) == before


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        ("203.0.113.7", "203.0.113.7 via 127.0.0.1"),
        ("10.0.0.1, 203.0.113.7", "203.0.113.7 via 127.0.0.1"),
        ("2001:db8::1", "2001:db8::1 via 127.0.0.1"),
        ('203.0.113.7, evil"; DROP', "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
async def test_from_where_as_the_proxy_beside_us_tells(tmp_path: Path, header: str, origin: str) -> None:
    async with open_house(tmp_path) as house:
        assert (await get(house, FILE, **{"X-Forwarded-For": header}))[0] == 200
        assert [where for _, _, where in house.packages.sent] == [origin]


@pytest.mark.parametrize("rest", ["", ".zip"])
async def test_a_wrong_link_and_one_that_is_over_are_one_page(tmp_path: Path, rest: str) -> None:
    async with open_house(tmp_path) as house:
        wrong = await get(house, f"/g/{'w' * 43}{rest}")
        house.packages.over = True
        over = await get(house, f"/g/{KEY}{rest}")
        assert wrong[0] == over[0] == 404 and wrong[1] == over[1]
        assert "Liên kết không mở được" in wrong[1].decode() and "text/html" in wrong[2]["Content-Type"]
        assert (await get(house, f"/g/short{rest}"))[0] == 404
        assert house.packages.sent == []


async def test_who_guesses_waits_and_a_right_link_opens_meanwhile(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        found = [(await get(house, f"/g/{n:043d}"))[0] for n in range(FAILURES + 2)]
        assert found[0] == 404 and found[-1] == 429
        assert (await get(house, FILE))[0] == 200


@pytest.mark.parametrize(
    "path", ["/g/../secret", f"/g/{KEY}/..%2f..%2fetc%2fpasswd", f"/g/{KEY}.zip/..", f"/g/{KEY}/other.zip"]
)
async def test_no_path_leads_elsewhere(tmp_path: Path, path: str) -> None:
    async with open_house(tmp_path) as house:
        assert (await get(house, path))[0] in (404, 200) and not house.packages.sent


async def test_the_secret_is_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with open_house(tmp_path) as house:
        await get(house, PAGE)
        await get(house, FILE, Range="bytes=0-1")
    assert KEY not in caplog.text
