"""Recordings as pages over the service's real parts: found, heard for a reason by one session alone, taken away; who may not is refused."""

import io
import re
import zipfile
from hashlib import sha256

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.audit.types import Kind
from hotline1022.web.cookies import HEADER
from tests.contract.database.audit_world import REASON, audited, csrf_of, listened
from tests.lab.audit_desk import Audited
from tests.unit.recordings_world import CALL

__all__ = ["audited"]


async def test_a_recording_is_found_and_its_story_can_be_read(audited: Audited) -> None:
    async with audited.desk.signed_in("seer") as browser:
        found = await browser.get("/desk/recordings?number=0901.234.567&since=2026-11-24&since_time=00:00&longer=0:01")
        assert found.status == 200 and f"/desk/recordings/{audited.recording}" in found.text
        assert "0901 234 567" in found.text
        for nothing in (
            "number=0909999999",
            "since=2026-11-25",
            "longer=5",
            "ticket=1234+5678",
            "words=khong",
            "line=999",
        ):
            shown = await browser.get(f"/desk/recordings?{nothing}")
            assert "Không có ghi âm nào khớp" in shown.text, nothing
        one = await browser.get(f"/desk/recordings/{audited.recording}")
        assert "0901 234 567 gọi đến 1022" in one.text
        lines = re.findall(r'class="when">([\d:]+)</span> ([^<]+)<', one.text)
        assert ("04:43:28", "Người dân nghe lời chào và thông báo ghi âm") in lines
        assert ("04:43:29", "Điện thoại viên Nguyễn Thị Ánh (1001) (máy 101) nhấc máy") in lines
        assert lines[-1] == ("04:43:34", "Người dân gác máy, cuộc gọi kết thúc")
        assert "Lời nhắn của người dân" in one.text and "Lưu bản gốc" in one.text
        for row in audited.house.world.filed.tracks:
            assert row.sha256 in one.text


async def test_numbers_are_masked_and_a_search_by_a_part_of_one_refused(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as browser:
        for path in ("/desk/recordings", f"/desk/recordings/{audited.recording}"):
            shown = await browser.get(path)
            assert (
                shown.status == 200
                and "1234567" not in shown.text
                and "234 567" not in shown.text
                and "090****567" in shown.text
            )
        refused = await browser.get("/desk/recordings?number=1234567")
        assert refused.status == 403 and "quyền xem số" in refused.text and audited.recording not in refused.text


async def test_who_may_not_listen_is_told_so_and_stands_in_the_audit(audited: Audited) -> None:
    async with audited.desk.signed_in("agent") as browser:
        page = f"/desk/recordings/{audited.recording}"
        csrf = csrf_of(await browser.get("/desk"))
        assert (await browser.post(f"{page}/listen", REASON | {"csrf": csrf})).status == 403
    async with audited.house.world.database.reading() as tx:
        (entry,) = [one async for one in tx.audit.of_kind(Kind.RECORDING_REFUSED)]
    assert (entry.actor, entry.subject) == ("user:lan", f"recording:{audited.recording}")
    assert entry.detail["act"] == "POST /desk/recordings/{recording}/listen"


async def test_a_number_that_is_searched_for_is_in_no_log(audited: Audited, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="hotline1022.access")
    async with audited.desk.signed_in("seer") as browser, audited.desk.browser() as nobody:
        await browser.get("/desk/recordings?number=0901%20234.567&words=Lan")
        door = await nobody.get("/desk/recordings?number=0901%20234.567&words=Lan")
        await nobody.get(door.goes_to)
        await browser.get(f"/desk/recordings/listen/{'K' * 43}")
    said = "\n".join(one.getMessage() for one in caplog.records if one.name == "hotline1022.access")
    assert "number=090****567" in said and "/desk/sign-in" in said
    assert "234" not in said and "Lan" not in said and "KKK" not in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("number=12", "4 chữ số cuối"),
        ("since=2026-13-01", "Không đọc được ngày"),
        ("since=0001-01-01", "Không đọc được ngày"),
        ("since_time=09:00", "chọn cả ngày"),
        ("since=2026-11-25&until=2026-11-24", "phải sau thời gian bắt đầu"),
        ("longer=abc", "phút:giây"),
        ("ticket=12", "8 chữ số"),
        ("cursor=AAAA", "Có mục không đọc được"),
    ],
)
async def test_a_search_says_on_the_page_what_it_lacks(audited: Audited, query: str, said: str) -> None:
    async with audited.desk.signed_in("seer") as browser:
        shown = await browser.get(f"/desk/recordings?{query}")
        assert shown.status == 400 and said in shown.text
        assert 'role="search"' in shown.text, "the form is there to mend it"


async def test_nothing_is_heard_without_a_reason_and_only_by_the_session_that_gave_it(audited: Audited) -> None:
    page, action = f"/desk/recordings/{audited.recording}", f"/desk/recordings/{audited.recording}/listen"
    async with audited.desk.signed_in("auditor") as browser:
        assert "<audio" not in (await browser.get(page)).text
        for typed, said in (({"reason": ""}, "chọn một lý do"), ({"text": "ngắn"}, "ít nhất 10 ký tự")):
            refused = await browser.send(page, action, **REASON | typed)
            assert refused.status == 400 and said in refused.text and "<audio" not in refused.text
        player = await listened(audited, browser)
        (source,) = re.findall(r'<audio id="sound" src="(/api/listen/[\w-]{43})" preload="none"', player.text)
        async with browser.client.get(source, headers={"Range": "bytes=0-99"}) as response:
            assert response.status == 206 and len(await response.read()) == 100
        for drawn in ("peaks", "map", "speakers"):
            assert (await browser.get(f"{source}/{drawn}")).status == 200
        assert re.findall(r'data-speaker="([a-z]+)', player.text) == ["citizen", "agent", "agent", "machine"]
        (csrf,) = re.findall(r'data-csrf="([^"]+)"', player.text)
        alone, choose = {"speakers": ["citizen"]}, f"{source}/speakers"
        async with browser.client.post(choose, json=alone, headers={HEADER: csrf}) as response:
            assert response.status == 201
            chosen = (await response.json())["url"]
        async with browser.client.post(choose, json=alone) as response:
            assert response.status == 403, "no page of the session sent it"
        again = await browser.get(chosen.replace("/api/", "/desk/recordings/"))
        assert again.status == 200 and len(re.findall(r"data-speaker=[^>]* checked", again.text)) == 1
        async with audited.desk.browser() as nobody:
            assert (await nobody.get(source)).status in (401, 403)
        async with audited.desk.signed_in("auditor", login="other") as other:
            theirs = re.findall(r'"X-CSRF-Token": "([^"]+)"', (await other.get("/desk")).text)[0]
            async with other.client.post(choose, json=alone, headers={HEADER: theirs}) as response:
                assert (response.status, (await response.json())["error_id"]) == (403, "listen-of-another")
            assert (await other.get(source)).status == 403 and (await other.get(chosen)).status == 403
            assert (await other.get(source.replace("/api/", "/desk/recordings/"))).status == 403
        await audited.book.flush()
        async with audited.house.world.database.reading() as tx:
            heard = [one for one in await tx.audit.about(f"call:{CALL}") if one.kind == Kind.RECORDING_PLAYED]
        assert {one.actor for one in heard} == {"user:lan"} and {one.detail["reason"] for one in heard} == {"complaint"}
        user = await audited.desk.admin.by_login("lan")
        assert user is not None
        await audited.desk.admin.change(user.id, user.version, Wanted(roles=frozenset({"agent"})))
        async with browser.client.get(source, headers={"Range": "bytes=0-99"}) as response:
            assert response.status in (401, 403, 404), "the permission was taken away"


async def test_one_track_and_the_message_are_heard_as_they_were_stored(audited: Audited) -> None:
    page, action = f"/desk/recordings/{audited.recording}", f"/desk/recordings/{audited.recording}/listen"
    async with audited.desk.signed_in("auditor") as browser:
        for row in (audited.house.world.filed.tracks[0], audited.house.world.filed.voicemails[0]):
            granted = await browser.send(page, action, **REASON | {"what": row.id})
            player = await browser.get(granted.goes_to)
            assert 'data-speakers=""' in player.text and "data-peaks" in player.text, (
                "its own waveform, and nobody else"
            )
            assert 'data-speaker="' not in player.text
            source = re.findall(r'src="(/api/listen/[\w-]{43})"', player.text)[0]
            async with browser.client.get(source) as response:
                data = await response.read()
            assert data == (audited.house.world.root / row.path).read_bytes()
            async with browser.client.get(f"{source}/peaks") as response:
                drawn = await response.json()
            assert response.status == 200 and bool(drawn["citizen"]) != bool(drawn["other"]), "of this file alone"
        refused = await browser.send(page, action, **REASON | {"what": row.id, "format": "mp3"})
        assert refused.status == 400 and "chọn WAV" in refused.text


async def test_originals_are_taken_away_for_a_reason(audited: Audited) -> None:
    page = f"/desk/recordings/{audited.recording}"
    async with audited.desk.signed_in("auditor") as browser:
        csrf = csrf_of(await browser.get(page))
        refused = await browser.post(f"{page}/export", {"csrf": csrf, "reason": "complaint", "text": "ngắn"})
        assert refused.status == 400 and "ít nhất 10 ký tự" in refused.text
        async with browser.client.post(f"{page}/export", data=REASON | {"csrf": csrf}) as response:
            assert response.status == 200 and response.content_type == "application/zip"
            data = await response.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        held = {sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert held >= {row.sha256 for row in audited.house.world.originals}
    async with audited.house.world.database.reading() as tx:
        (entry,) = [one for one in await tx.audit.about(f"call:{CALL}") if one.kind == Kind.RECORDING_EXPORTED]
    assert entry.actor == "user:lan"


async def test_a_damaged_recording_is_neither_heard_nor_silent(audited: Audited) -> None:
    world = audited.house.world
    (world.root / world.filed.tracks[0].path).write_bytes(b"RIFF")
    async with audited.desk.signed_in("auditor") as browser:
        page = f"/desk/recordings/{audited.recording}"
        shown = await browser.send(page, f"{page}/check")
        assert shown.status == 409 and "không đúng như khi lưu" in shown.text
        refused = await browser.send(page, f"{page}/listen", **REASON)
        assert refused.status == 409 and "không còn đúng như khi lưu" in refused.text
        assert "Đơn số 14 của bà Lan" in refused.text, "what was typed is kept"
