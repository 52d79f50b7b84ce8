"""An auditor finds the recordings of the number that a unit's letter names, whole and in any way of writing, and each search is written
down without it; no part of a number is searched, and nobody else searches any.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.core.acting import Acting
from hotline1022.core.errors import Unavailable
from hotline1022.service.evidence.act_book import ActBook
from tests.lab.audit_desk import Audited, open_audit

#: of the recording's caller, 0901 234 567
WRITTEN = ("0901234567", "0901.234.567", "+84 901 234 567", "84901234567", "0084 (901) 234-567")
PARTS = ("4567", "1234567", "01234567", "+84 1234567", "090123456")
PLACES = ("/desk/recordings", "/api/recordings")


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("looker", "Xem", [Permission.LOOK, Permission.REPORTS])
        yield made


async def test_a_whole_number_is_found_masked_and_each_search_written_down(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as browser:
        form = (await browser.get("/desk/recordings")).text
        assert "disabled" not in form.partition('id="number"')[2].partition(">")[0] and "được ghi vào nhật ký" in form
        for path in PLACES:
            for written in WRITTEN:
                before = len(await audited.desk.acts())
                found = await browser.get(f"{path}?number={quote_plus(written)}")
                assert found.status == 200 and audited.recording in found.text and "90****567" in found.text
                rest = found.text.replace(f'value="{written}"', "")  # what was typed stands in the form
                assert "1234567" not in rest and "234 567" not in rest
                (act,) = (await audited.desk.acts())[before:]
                assert (act["actor"], act["act"]) == ("user:lan", f"GET {path}")
                assert act["given"] == ["number"] and "4567" not in repr(act) and "234" not in repr(act)
            other = await browser.get(f"{path}?number=0901234568")
            assert other.status == 200 and audited.recording not in other.text
            # nine digits that are the end of another number, or its beginning
            before = len(await audited.desk.acts())
            for written in ("890123456", "49012345670", "0901234567 0"):
                assert audited.recording not in (await browser.get(f"{path}?number={quote_plus(written)}")).text
            assert len(await audited.desk.acts()) == before + 3, "what found nothing was a search too"


async def test_no_part_of_a_number_and_nobody_elses_search(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as browser:
        for written in PARTS:
            refused = await browser.get(f"/desk/recordings?number={quote_plus(written)}")
            assert refused.status == 403 and "viết đủ cả số" in refused.text and audited.recording not in refused.text
            refused = await browser.get(f"/api/recordings?number={quote_plus(written)}")
            assert refused.status == 403 and "search-number-part" in refused.text
        for path in PLACES:
            strange = await browser.get(f"{path}?number=0901234567", **{"Sec-Fetch-Site": "cross-site"})
            assert strange.status == 403 and audited.recording not in strange.text
    async with audited.desk.signed_in("looker", login="hoa") as browser:
        refused = await browser.get("/api/recordings?number=0901234567")
        assert refused.status == 403 and "scope-missing" in refused.text
    assert not [one for one in await audited.desk.acts() if one["act"].endswith("/recordings")]


async def test_what_cannot_be_written_down_is_not_searched(audited: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(book: ActBook, act: Acting) -> None:
        raise Unavailable("it can be written down nowhere", error_id="audit-unavailable")

    async with audited.desk.signed_in("auditor") as browser:
        monkeypatch.setattr(ActBook, "note", full)
        for path in PLACES:
            shown = await browser.get(f"{path}?number=0901234567")
            assert shown.status == 503 and audited.recording not in shown.text
