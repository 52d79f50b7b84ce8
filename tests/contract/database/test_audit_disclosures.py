"""Disclosures as pages over the real parts: asked for by one, allowed by another whatever accounts they have, packed, handed out."""

import re
from datetime import UTC, datetime

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.audit.types import Kind
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import State
from tests.contract.database.audit_world import EVIL, LETTER, asked, audited, decided, until
from tests.lab.audit_desk import Audited

__all__ = ["audited"]


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
