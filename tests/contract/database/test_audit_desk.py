"""Recordings, disclosures and evidence as pages over the service's real parts: found, heard for a reason by one session alone, asked
for by one and allowed by another, packed, handed out; who may what, and nothing of strangers is run.
"""

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.audit.types import Kind
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import State
from hotline1022.web.cookies import HEADER
from tests.contract.database.desk_world import Browser, Shown
from tests.lab.audit_desk import Audited, open_audit
from tests.unit.recordings_world import CALL

EVIL = "<script>window.bad=1</script><img src=x onerror=window.bad=2>"
REASON = {"reason": "complaint", "text": "Đơn số 14 của bà Lan", "what": "stereo", "format": "wav"}
LETTER = {
    "unit": f"Công an {EVIL}", "letter": "12/CSĐT", "letter_date": "2026-11-24", "person": "Trần Văn Bình", "why": "Xác minh tin báo",
    "start": "", "end": "", "bleeps": "",
}  # fmt: skip


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("seer", "Xem số", [Permission.LISTEN, Permission.LOOK, Permission.NUMBERS])
        await made.desk.admin.add_role("keeper", "Giữ", [Permission.RETENTION])
        await made.desk.admin.add_role("both", "Cả hai", [Permission.LISTEN, Permission.DISCLOSE, Permission.SETTINGS])
        yield made


async def listened(audited: Audited, browser: Browser) -> Shown:
    """The player, after the reason was given."""
    page, action = f"/desk/recordings/{audited.recording}", f"/desk/recordings/{audited.recording}/listen"
    granted = await browser.send(page, action, **REASON)
    assert granted.status == 303 and granted.goes_to.startswith("/desk/recordings/listen/"), granted.text
    return await browser.get(granted.goes_to)


async def asked(audited: Audited, browser: Browser, **more: str) -> str:
    """The address of a disclosure that was asked for."""
    page = f"/desk/disclosures/new?recording={audited.recording}"
    made = await browser.send(page, "/desk/disclosures/new", **LETTER | more)
    assert made.status == 303, made.text
    return made.goes_to.partition("?")[0]


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


async def test_asked_for_by_one_allowed_by_another_packed_and_handed_out(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as asker, audited.desk.signed_in("admin", login="duyet") as admin:
        one = await asked(audited, asker)
        shown = await asker.get(one)
        assert "Chờ duyệt" in shown.text and EVIL not in shown.text and "window.bad=1&lt;/script&gt;" in shown.text
        assert (await asker.get(f"{one}/change")).status == 200
        csrf = shown.forms.fields["/desk/sign-out"]["csrf"]
        assert (await asker.post(f"{one}/decide", {"csrf": csrf, "decision": "approve"})).status == 403
        allowed = await decided(admin, one)
        assert allowed.goes_to.endswith("done=approve"), allowed.text
        assert (await admin.send(one, f"{one}/pack")).goes_to == one
        packed = await until(admin, one, "Đã đóng gói")
        disclosure = await audited.house.desk.get(one.rpartition("/")[2])
        assert disclosure.state is State.PACKED and disclosure.sha256 in packed.text
        assert audited.house.desk.path(disclosure).is_file()
        out = await admin.send(one, f"{one}/hand-out", received_by="Trần Văn Bình, điều tra viên")
        assert out.goes_to.endswith("done=handed-out")
        linked = await admin.send(one, f"{one}/link", received_by="Trần Văn Bình")
        (address,) = re.findall(r'class="once">(https://1022\.example\.vn/g/[\w-]+)<', linked.text)
        assert address not in (await admin.get(one)).text, "shown once"
        empty = await admin.send(one, f"{one}/hand-out", received_by=" ")
        assert empty.status == 400
        assert (await decided(admin, one, "withdraw")).status == 400, "it needs a reason"
        assert (await decided(admin, one, "withdraw", "Văn bản bị thu hồi")).goes_to.endswith("done=withdraw")
        assert "Đã thu hồi" in (await asker.get("/desk/disclosures?state=withdrawn")).text
        assert one in (await asker.get("/desk/disclosures?words=cong+an&state=")).text
        nothing = await asker.get("/desk/disclosures?words=khong+co")
        assert "Không có đề nghị nào khớp" in nothing.text and one not in nothing.text
    async with audited.house.world.database.reading() as tx:
        entries = [(e.kind, e.actor) for e in await tx.audit.about(f"disclosure:{disclosure.id}") if e.kind != Kind.ACT]
    assert entries == [
        ("disclosure-requested", "user:lan"),
        ("disclosure-approved", "user:duyet"),
        ("disclosure-packed", "user:duyet"),
        ("disclosure-handed-out", "user:duyet"),
        ("disclosure-handed-out", "user:duyet"),
        ("disclosure-linked", "user:duyet"),
        ("disclosure-withdrawn", "user:duyet"),
    ]


async def decided(browser: Browser, one: str, decision: str = "approve", words: str = "") -> Shown:
    """By the form of the page, with the terms that are shown there."""
    hidden = (await browser.get(one)).forms.fields[f"{one}/decide"]
    return await browser.post(f"{one}/decide", hidden | {"decision": decision, "words": words})


async def until(browser: Browser, path: str, said: str) -> Shown:
    """The page once it says so."""
    async with asyncio.timeout(60):
        while said not in (shown := await browser.get(path)).text:  # noqa: ASYNC110 -- as a browser sees it
            await asyncio.sleep(0.05)
    return shown


async def test_who_asked_does_not_allow_by_whatever_account_or_token(audited: Audited) -> None:
    desk, admin = audited.house.desk, audited.desk.admin
    async with audited.desk.signed_in("both", login="an") as own, audited.desk.signed_in("both", login="an2") as second:
        one = await asked(audited, own)
        assert "không tự duyệt được" in (await own.get(one)).text
        csrf = (await own.get(one)).forms.fields["/desk/sign-out"]["csrf"]
        refused = await own.post(f"{one}/decide", {"csrf": csrf, "decision": "approve"})
        assert refused.status == 409 and "không được tự duyệt" in refused.text
        other = await admin.by_login("an2")
        assert other is not None
        await admin.change(other.id, other.version, Wanted(name="NGƯỜI  an"))
        refused = await decided(second, one)
        assert refused.status == 409 and "không được tự duyệt" in refused.text, "one name, two accounts"
        id = one.rpartition("/")[2]
        for actor in ("token:Người An", "token:an", "cli:an", "cli:nguoian"):
            with pytest.raises(Exception, match="cannot allow it too"):
                await desk.decide(id, Move.APPROVE, actor, datetime.now(UTC))
        user = await admin.by_login("an")
        assert user is not None
        await admin.change(user.id, user.version, Wanted(login="an3"))
        with pytest.raises(Exception, match="nobody is called user:an any more"):
            await desk.decide(id, Move.APPROVE, "token:Bình", datetime.now(UTC))
        assert (await desk.get(id)).state is State.REQUESTED


async def test_recordings_come_and_go_and_the_letter_stays(audited: Audited) -> None:
    new, rows = "/desk/disclosures/new", "/desk/disclosures/new/rows"
    async with audited.desk.signed_in("auditor") as browser:
        shown = await browser.get(f"{new}?recording={audited.recording}")
        typed = [*(shown.forms.fields[new] | LETTER | {"start": "0:01", "end": "0:05"}).items()]
        unknown = await browser.post(rows, [*typed, ("add", "hl1-1.1")])
        assert (
            "Không có ghi âm" in unknown.text
            and 'value="Trần Văn Bình"' in unknown.text
            and 'value="0:05"' in unknown.text
        )
        other = ("f" * 16, "0:02", "", "")
        two = [*typed, *zip(("recording", "start", "end", "bleeps"), other, strict=True)]
        one = await browser.post(rows, [*two, ("drop", "f" * 16)])
        assert one.status == 200 and one.text.count('name="start"') == 1 and 'value="0:01"' in one.text
        assert 'value="Trần Văn Bình"' in one.text, "the letter stays"
        last = await browser.post(rows, [*typed, ("drop", audited.recording)])
        assert last.text.count('name="start"') == 1
    assert "/rows" not in repr(await audited.desk.acts()), "nothing is done by it"


async def test_parts_and_bleeps_are_asked_for_changed_and_allowed_as_seen(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as asker, audited.desk.signed_in("admin", login="duyet") as admin:
        for typed, said in (
            ({"bleeps": "0:01"}, "TỪ..ĐẾN"),
            ({"start": "0:05", "end": "0:01"}, "kết thúc trước khi bắt đầu"),
            ({"start": "0:01", "end": "9:00"}, "nằm ngoài ghi âm"),
            ({"start": "x"}, "mốc thời gian"),
            ({"letter": ""}, "số văn bản"),
            ({"letter_date": "hôm qua"}, "ngày của văn bản"),
        ):
            page = f"/desk/disclosures/new?recording={audited.recording}"
            refused = await asker.send(page, "/desk/disclosures/new", **LETTER | typed)
            assert refused.status == 400 and said in refused.text, typed
            assert 'value="Trần Văn Bình"' in refused.text, "what was typed is kept"
        one = await asked(audited, asker, start="0:01", end="0:05", bleeps="0:02..0:02.5\n0:03–0:04")
        shown = await asker.get(one)
        assert "Trích đoạn 0:01 – 0:05" in shown.text and "Che: 0:02 – 0:02.500" in shown.text
        seen = await admin.get(one)
        changed = await asker.send(f"{one}/change", f"{one}/change", start="0:01", end="0:04", bleeps="")
        assert changed.goes_to == f"{one}?done=changed", changed.text
        hidden = seen.forms.fields[f"{one}/decide"] | {"decision": "approve"}
        stale = await admin.post(f"{one}/decide", hidden)
        assert stale.status == 409 and "khác lúc ông/bà xem" in stale.text
        allowed = await decided(admin, one)
        assert allowed.status == 303, allowed.text


async def test_a_row_that_somebody_spoilt_hides_no_other_disclosure(audited: Audited) -> None:
    async with audited.desk.signed_in("auditor") as asker:
        spoilt, whole = await asked(audited, asker), await asked(audited, asker, letter="13/CSĐT")
        id = spoilt.rpartition("/")[2]
        await audited.house.world.attack(f"UPDATE disclosure SET recordings = '5' WHERE id = '{id}'")
        shown = await asker.get("/desk/disclosures")
        assert shown.status == 200 and "13/CSĐT" in shown.text and f"không đọc được: {id}" in shown.text
        assert (await asker.get(spoilt)).status == 409 and (await asker.get(whole)).status == 200


async def test_a_package_that_cannot_be_made_says_why_and_one_is_made_at_a_time(audited: Audited) -> None:
    world = audited.house.world
    async with audited.desk.signed_in("auditor") as asker, audited.desk.signed_in("admin", login="duyet") as admin:
        one = await asked(audited, asker)
        await decided(admin, one)
        (world.root / world.filed.tracks[0].path).write_bytes(b"RIFF")
        assert (await admin.send(one, f"{one}/pack")).goes_to == one
        shown = await until(admin, one, "không còn đúng như khi lưu")
        assert "Đã duyệt" in shown.text and f'action="{one}/pack"' in shown.text, "it can be tried again"


async def test_holds_are_made_and_released_with_a_reason(audited: Audited) -> None:
    page = f"/desk/recordings/{audited.recording}"
    await audited.desk.admin.add_role("holder", "Kiểm tra, giữ", [Permission.LISTEN, Permission.RETENTION])
    async with audited.desk.signed_in("holder") as browser, audited.desk.signed_in("keeper", login="giu") as keeper:
        refused = await browser.send(page, f"{page}/hold", letter="", why="điều tra")
        assert refused.status == 400 and "số văn bản" in refused.text and 'value="điều tra"' in refused.text
        assert (await browser.send(page, f"{page}/hold", letter=EVIL, why="điều tra")).goes_to == f"{page}?done=held"
        shown = await browser.get(page)
        assert "Đang giữ" in shown.text and EVIL not in shown.text
        holds = await keeper.get("/desk/evidence/holds")
        (action,) = [one for one in holds.forms.fields if one.endswith("/release")]
        assert (await keeper.send("/desk/evidence/holds", action, why=" ")).status == 400
        assert (
            await keeper.send("/desk/evidence/holds", action, why="Xong việc")
        ).goes_to == "/desk/evidence/holds?done=released"
        assert "Không có ghi âm nào đang được giữ" in (await keeper.get("/desk/evidence/holds")).text
        assert (await keeper.get(page)).status == 403
    async with audited.house.world.database.reading() as tx:
        actors = {one.actor for one in await tx.audit.about(f"recording:{audited.recording}") if "el" in one.kind}
    assert actors == {"user:lan", "user:giu"}


async def test_the_evidence_is_looked_at_and_what_is_wrong_is_named(audited: Audited) -> None:
    world = audited.house.world
    async with audited.desk.signed_in("auditor") as browser:
        assert "Chưa kiểm tra toàn bộ lần nào" in (await browser.get("/desk/evidence")).text
        assert (await browser.send("/desk/evidence", "/desk/evidence/verify", since="")).status == 303
        sound = await until(browser, "/desk/evidence", "Đã xong")
        assert "Không có gì sai" in sound.text and "Người dùng lan" in sound.text
        await world.attack("UPDATE audit_entry SET actor = 'token:<b>other' WHERE seq = 3")
        await browser.send("/desk/evidence", "/desk/evidence/verify", since="")
        wrong = await until(browser, "/desk/evidence", "Mục nhật ký bị sửa")
        assert "Xin đừng sửa gì trên máy chủ" in wrong.text
        assert (await browser.post("/desk/evidence/verify", {"csrf": csrf_of(wrong), "since": "hôm qua"})).status == 400
        early = await browser.post("/desk/evidence/verify", {"csrf": csrf_of(wrong), "since": "2026-11-32"})
        assert early.status == 400 and 'value="2026-11-32"' in early.text
        none = await browser.post("/desk/evidence/verify/stop", {"csrf": csrf_of(wrong)})
        assert none.status == 409 and "Không có lần kiểm tra nào" in none.text
        entries = await browser.get(f"/desk/evidence/entries?subject=call:{CALL}")
        assert "Lưu bản gốc" in entries.text
        assert "không có mục nào" in (await browser.get("/desk/evidence/entries?subject=call:hl1-1.1")).text
        key = await browser.get("/desk/evidence/key")
        assert key.text.startswith("-----BEGIN PUBLIC KEY-----") and "attachment" in key.headers["Content-Disposition"]
        assert (await browser.post("/desk/evidence/stamp", {"csrf": csrf_of(wrong)})).status == 403


async def test_who_settles_stamps_and_is_led_to_backups_and_who_keeps_sees_only_holds(audited: Audited) -> None:
    async with audited.desk.signed_in("admin") as browser:
        shown = await browser.get("/desk/evidence")
        assert "/desk/backups" in shown.text and "/desk/evidence/verify" not in shown.text
        assert (await browser.send("/desk/evidence", "/desk/evidence/stamp")).goes_to.endswith("done=stamped")
    async with audited.desk.signed_in("keeper", login="giu") as keeper:
        shown = await keeper.get("/desk/evidence")
        assert shown.status == 200 and "/desk/evidence/holds" in shown.text
        assert "Chuỗi nhật ký" not in shown.text and "Sao lưu" not in shown.text


def csrf_of(shown: Shown) -> str:
    """Of the form that is on each page."""
    return shown.forms.fields["/desk/sign-out"]["csrf"]


async def test_every_page_is_safe_and_says_nothing_of_strangers_as_code(audited: Audited) -> None:
    async with audited.desk.signed_in("both") as browser:
        one = await asked(audited, browser, letter=f"'\"{EVIL}")
        for path in (
            "/desk/recordings",
            f"/desk/recordings?words={EVIL}",
            f"/desk/recordings/{audited.recording}",
            "/desk/disclosures",
            one,
            f"{one}/change",
            f"/desk/disclosures/new?recording={EVIL}",
            f"/desk/disclosures/new?recording={CALL}",
            "/desk/evidence",
            f"/desk/evidence/entries?subject={EVIL}",
        ):
            shown = await browser.get(path)
            assert shown.status in (200, 404), path
            assert EVIL not in shown.text and "<style" not in shown.text and " style=" not in shown.text, path
            read = shown.forms
            assert len(set(read.ids)) == len(read.ids), path
            assert {id for id, _ in read.inputs if id} <= read.labelled | {"since_time", "until_time"}, path
