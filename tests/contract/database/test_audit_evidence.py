"""Evidence and holds as pages over the real parts: what is wrong is named, a hold has a reason, nothing of strangers is run."""

from hotline1022.accounts.types import Permission
from tests.contract.database.audit_world import EVIL, asked, audited, csrf_of, until
from tests.lab.audit_desk import Audited
from tests.unit.recordings_world import CALL

__all__ = ["audited"]


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
