"""Backups and long work on the store of recordings as pages, over the service's real parts and processes on both databases: begun,
followed, refused to a second person, told with every file; what is dear asks for the password.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.accounts.types import Permission
from hotline1022.audit.types import Entry, Kind
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import Terms
from hotline1022.service.background.chore import in_process
from hotline1022.service.background.chore_desk import ChoreDesk
from hotline1022.service.background.guard import together
from hotline1022.service.backup.child import backup_in_child
from hotline1022.service.backup.desk import BackupDesk
from hotline1022.service.settings.backup import BackupSettings
from hotline1022.service.settings.tree import Settings
from hotline1022.web.users import GOOD
from tests.contract.database.backup_world import House, call_of, house
from tests.contract.database.chore_world import HEAD
from tests.contract.database.desk_world import OWN, Browser, Shown, World, open_desk
from tests.lab.chain import entries
from tests.lab.evidence_world import Bells
from tests.lab.flipped import flip
from tests.lab.own_settings import own_settings
from tests.lab.waiting import until
from tests.unit.recordings_world import CITIZEN_TONE, file, tone

__all__ = ["house"]
BACKUPS, STORE, IMPORT, KEYS = "/desk/backups", "/desk/store", "/desk/store/import", "/desk/store/keys"


@dataclass
class Keeper:
    """The desk, and the parts behind its pages."""

    house: House
    desk: World
    chores: ChoreDesk
    backups: BackupDesk
    #: in force
    settings: Settings
    patch: pytest.MonkeyPatch
    #: a backup goes on while it is set
    goes_on: asyncio.Event

    def set(self, **recordings: object) -> None:
        """Settings of recordings, for the pages and for the processes."""
        self.settings = replace(self.settings, recordings=replace(self.settings.recordings, **recordings))  # type: ignore[arg-type]
        for key, value in recordings.items():
            text = str(value).lower() if value in (True, False) else str(value)
            self.patch.setenv(f"HOTLINE1022_RECORDINGS_{key.upper()}", text)

    async def entries(self) -> list[Entry]:
        """Of the audit."""
        return await entries(self.desk.database)


@pytest.fixture
async def keeper(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Keeper]:
    own_settings(monkeypatch, PATHS_DATA=house.settings.paths.data, DATABASE_URL=house.settings.database.url)
    held, bells = list[Keeper](), Bells()
    async with Database(house.settings.database_url) as database:
        chores = ChoreDesk(database, bells, settings=lambda: held[0].settings, do=in_process(None))

        async def make(*given: Any) -> Mapping[str, object]:
            await held[0].goes_on.wait()
            return await backup_in_child(None, *given)

        backups = BackupDesk(database, bells, folder=lambda: held[0].settings.backup.folder, make=make)
        (tmp_path / "desk").mkdir()
        async with open_desk(database, tmp_path / "desk", chores=chores, backups=backups) as desk:
            held.append(Keeper(house, desk, chores, backups, house.settings, monkeypatch, asyncio.Event()))
            held[0].goes_on.set()
            task = asyncio.create_task(together({"backups": backups.run, **chores.parts()}))
            yield held[0]
            task.cancel()
            await asyncio.wait([task], timeout=20)


async def ended(browser: Browser, page: str) -> Shown:
    """The page when nothing runs any more."""
    async with asyncio.timeout(90):
        while True:
            shown = await browser.get(page)
            if "<progress" not in shown.text:
                return shown
            await asyncio.sleep(0.05)


async def press(browser: Browser, page: str, action: str, done: str, **typed: str) -> None:
    """A button of a page that does what it says."""
    sent = await browser.send(page, action, **typed)
    assert sent.goes_to == f"{page}?done={done}", sent.text
    assert 'role="status"' in (await browser.get(sent.goes_to)).text


async def test_a_backup_is_made_read_and_told_file_by_file(keeper: Keeper) -> None:
    async with keeper.desk.signed_in("admin") as browser, keeper.desk.signed_in("admin", login="hoa") as other:
        unset = await browser.get(BACKUPS)
        assert "backup.folder" in unset.text and "begin-backup" not in unset.text
        keeper.settings = replace(keeper.settings, backup=BackupSettings(folder=str(keeper.house.shelf)))
        assert "Chưa có bản sao lưu nào" in (await browser.get(BACKUPS)).text
        keeper.goes_on.clear()
        begun = await browser.send(BACKUPS, BACKUPS)
        assert begun.goes_to == f"{BACKUPS}?done=begun"
        # the other one has the page of before, and sees who was first
        again = await other.post(BACKUPS, {"csrf": (await other.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]})
        assert again.status == 409 and "Đang có một lần sao lưu" in again.text
        assert "Người dùng lan bắt đầu lúc" in again.text and "stop-backup" in again.text
        keeper.goes_on.set()
        done = await ended(browser, BACKUPS)
        (made,) = [one for one in keeper.house.shelf.iterdir() if not one.name.startswith(".")]
        assert made.name in done.text and "Lần thành công gần nhất" in done.text and "Đủ" in done.text
        size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
        (shown,) = (await keeper.backups.now()).shelf
        assert shown.bytes is not None and 0.9 * size < shown.bytes <= size
        assert shown.made_at is not None and f"{shown.made_at:%Y%m%dT%H%M%SZ}" == made.name
        assert re.search(r'data-label="Dung lượng">[\d,]+ [kM]?B<', done.text)
        path = next((made / "recordings").rglob("*.wav"))
        flip(path)
        await press(browser, BACKUPS, f"{BACKUPS}/{made.name}/verify", "check-begun")
        read = await ended(browser, BACKUPS)
        assert "1 tệp không đúng" in read.text and str(path.relative_to(made)) in read.text
        assert "Nội dung không còn như khi ghi" in read.text and "is not what was written" not in read.text
        for action, said in (
            ("/stop", "Không có lần sao lưu nào"),
            ("/verification/stop", "Không có lần kiểm tra bản"),
        ):
            none = await browser.post(f"{BACKUPS}{action}", {"csrf": csrf(read)})
            assert none.status == 409 and said in none.text
        gone = await browser.post(f"{BACKUPS}/20200101T000000Z/verify", {"csrf": csrf(read)})
        assert gone.status == 404 and "Không có bản sao lưu này" in gone.text
    acts = [(one["actor"], one["act"], one["subject"]) for one in await keeper.desk.acts()]
    assert ("user:lan", "POST /desk/backups", "") in acts
    assert ("user:lan", "POST /desk/backups/{backup}/verify", f"backup:{made.name}") in acts
    (entry,) = [one for one in await keeper.entries() if one.kind == Kind.BACKUP_MADE]
    assert entry.actor == "user:lan"


async def test_what_a_backup_misses_is_named(keeper: Keeper) -> None:
    keeper.settings = replace(keeper.settings, backup=BackupSettings(folder=str(keeper.house.shelf)))
    async with keeper.desk.database.reading() as tx:
        (lost,) = await tx.recordings.originals([call_of(1)])
    (keeper.settings.paths.recordings / lost.path).unlink()
    async with keeper.desk.signed_in("admin") as browser:
        await browser.send(BACKUPS, BACKUPS)
        done = await ended(browser, BACKUPS)
        named = done.text.count(f"recordings/{lost.path}")
        assert named == 2, "of the run, and of the shelf"
        assert done.text.count("1 tệp không đúng") == 2 and "Không còn trên ổ đĩa" in done.text


async def test_a_folder_is_tried_and_then_taken_over_as_it_was_tried(keeper: Keeper, tmp_path: Path) -> None:
    place = tmp_path / "incoming"
    place.mkdir()
    async with keeper.desk.signed_in("admin") as browser, keeper.desk.signed_in("admin", login="hoa") as other:
        assert "recordings.import_folder" in (await browser.get(IMPORT)).text
        keeper.set(import_folder=place)
        assert "Không có thư mục nào để nhập" in (await browser.get(IMPORT)).text
        a_folder(place / "thang-3")
        a_folder(place / "khac")
        for folder, status, said in (("", 404, "Xin chọn trong danh sách"), ("..", 400, ""), ("none", 404, "Xin chọn")):
            wrong = await browser.send(
                IMPORT, f"{IMPORT}/try", folder=folder, preset="freepbx", citizen="left", tz=ZONE
            )
            assert wrong.status == status and said in wrong.text, wrong.text
        mars = await browser.send(
            IMPORT, f"{IMPORT}/try", folder="thang-3", preset="freepbx", citizen="right", tz="Mars/Olympus"
        )
        assert mars.status == 400 and 'value="Mars/Olympus"' in mars.text and "múi giờ" in mars.text
        typed = {"folder": "thang-3", "preset": "freepbx", "citizen": "right", "tz": ZONE, "map": "agent=dstchannel"}
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", **typed)
        tried = await ended(browser, IMPORT)
        assert "Chạy thử: thang-3" in tried.text and "Nhập 2 ghi âm" in tried.text
        assert "Không có tệp này trong thư mục" in tried.text and "away-0901234567.wav" in tried.text
        assert Kind.RECORDING_IMPORTED not in {one.kind for one in await keeper.entries()}
        # the other one tries another folder: what stood on the first page is not the last try any more
        await press(other, IMPORT, f"{IMPORT}/try", "try-begun", **typed | {"folder": "khac"})
        await ended(other, IMPORT)
        stale = await browser.post(IMPORT, tried.forms.fields[IMPORT])
        assert stale.status == 409 and "Lần chạy thử trên trang không còn" in stale.text
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", **typed)
        await ended(browser, IMPORT)
        await press(browser, IMPORT, IMPORT, "begun")
        done = await ended(browser, IMPORT)
        assert "Nhập: thang-3" in done.text and "Đã nhập" in done.text and "begin-import" not in done.text
        view = (await keeper.chores.imports()).chore
        assert view is not None and (view.dry_run, view.citizen, view.map) == (False, "right", "agent=dstchannel")
        assert (await browser.post(IMPORT, {"csrf": csrf(done), "tried": "x"})).status == 409, "nothing was tried since"
    told = [one for one in await keeper.entries() if one.kind == Kind.RECORDING_IMPORTED]
    assert [one.actor for one in told] == ["user:lan"] * 2
    assert {"POST /desk/store/import", "POST /desk/store/import/try"} <= {
        one["act"] for one in await keeper.desk.acts()
    }


@pytest.mark.parametrize("what", ["table", "size", "written", "new", "gone"])
async def test_what_changed_since_it_was_tried_is_not_taken_over(keeper: Keeper, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "incoming" / "thang-3"
    a_folder(folder)
    keeper.set(import_folder=folder.parent)
    typed = {"folder": "thang-3", "preset": "freepbx", "citizen": "left", "tz": ZONE}
    async with keeper.desk.signed_in("admin") as browser:
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", **typed)
        assert "Nhập 2 ghi âm" in (await ended(browser, IMPORT)).text
        match what:
            case "table":
                table = folder / "cdr.csv"
                table.write_text(table.read_text().replace("0901234567", "0907654321", 1))
            case "size":
                (folder / "c0.wav").write_bytes(file(tone(CITIZEN_TONE, 400)))
            case "written":
                (folder / "c0.wav").write_bytes(file(tone(CITIZEN_TONE + 9, 200)))
            case "new":
                (folder / "c2.wav").write_bytes(file(tone(CITIZEN_TONE, 200)))
            case _:
                (folder / "c1.wav").unlink()
        await press(browser, IMPORT, IMPORT, "begun")
        failed = await ended(browser, IMPORT)
        assert "đã thay đổi từ lần chạy thử nên chưa nhập gì" in failed.text and "begin-import" not in failed.text
        assert Kind.RECORDING_IMPORTED not in {one.kind for one in await keeper.entries()}
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", **typed)
        await ended(browser, IMPORT)
        await press(browser, IMPORT, IMPORT, "begun")
        assert "Đã nhập" in (await ended(browser, IMPORT)).text


async def test_a_take_over_that_is_pressed_twice_is_one_and_says_so(keeper: Keeper, tmp_path: Path) -> None:
    a_folder(tmp_path / "incoming" / "thang-3")
    a_folder(tmp_path / "incoming" / "khac")
    keeper.set(import_folder=tmp_path / "incoming")
    typed = {"preset": "freepbx", "citizen": "left", "tz": ZONE}
    async with keeper.desk.signed_in("admin") as browser:
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", folder="khac", **typed)
        other = (await ended(browser, IMPORT)).forms.fields[IMPORT]
        await press(browser, IMPORT, f"{IMPORT}/try", "try-begun", folder="thang-3", **typed)
        form = (await ended(browser, IMPORT)).forms.fields[IMPORT]
        both = await asyncio.gather(*(browser.post(IMPORT, form) for _ in range(3)))
        assert {one.goes_to for one in both} == {f"{IMPORT}?done=begun"}
        stale = await browser.post(IMPORT, other)
        assert stale.status == 409 and "thang-3" in stale.text
        if "<progress" in stale.text:  # it may be over already
            assert "Đang có một lần nhập" in stale.text
        done = await ended(browser, IMPORT)
        assert "Nhập: thang-3" in done.text
        assert (await browser.post(IMPORT, form)).goes_to == f"{IMPORT}?done=begun", "and when it is over"
        assert "Nhập: thang-3" in (await browser.get(IMPORT)).text
    assert len([one for one in await keeper.entries() if one.kind == Kind.RECORDING_IMPORTED]) == 2


async def test_one_form_makes_one_key(keeper: Keeper, tmp_path: Path) -> None:
    keeper.set(keys=tmp_path / "keys", seal=True)
    async with keeper.desk.signed_in("admin") as browser:
        for count in (1, 2):
            form = (await browser.get(KEYS)).forms.fields[KEYS]
            sent = await asyncio.gather(*(browser.post(KEYS, form) for _ in range(3)))
            assert sorted(one.status for one in sent) == [303, 409, 409]
            late = await browser.post(KEYS, form)
            assert late.status == 409 and "đã có khoá mới" in late.text
            assert len((await keeper.chores.keys()).keys) == count
    assert len([one for one in await keeper.entries() if one.kind == Kind.KEY_MADE]) == 2


async def test_who_sees_no_numbers_reads_none_in_names_of_files(keeper: Keeper, tmp_path: Path) -> None:
    a_folder(tmp_path / "incoming" / "thang-3")
    keeper.set(import_folder=tmp_path / "incoming")
    await keeper.desk.admin.add_role("settler", "Cấu hình", [Permission.SETTINGS])
    async with keeper.desk.signed_in("settler") as browser:
        await browser.send(IMPORT, f"{IMPORT}/try", folder="thang-3", preset="freepbx", citizen="left", tz=ZONE)
        tried = await ended(browser, IMPORT)
        assert "away-090****567" in tried.text and "0901234567" not in tried.text


async def test_a_key_and_sealing_anew_ask_for_the_password(keeper: Keeper, tmp_path: Path) -> None:
    async with keeper.desk.signed_in("admin") as browser:
        unset = await browser.get(KEYS)
        assert unset.status == 200 and "recordings.keys" in unset.text and "make-key" not in unset.text
        keeper.set(keys=tmp_path / "keys", seal=True)
        assert "Chưa có khoá nào" in (await browser.get(KEYS)).text
        keeper.desk.now += GOOD
        asked = await browser.send(KEYS, KEYS)
        assert asked.goes_to == "/desk/confirm?next=%2Fdesk%2Fstore%2Fkeys"
        assert not (tmp_path / "keys").exists()
        assert (await browser.send(asked.goes_to, "/desk/confirm", password=OWN)).goes_to == KEYS
        await press(browser, KEYS, KEYS, "key-made")
        (kept,) = (tmp_path / "keys").iterdir()
        ((key, _),) = [(one.id, one.since) for one in (await keeper.chores.keys()).keys]
        shown = await browser.get(KEYS)
        assert key in shown.text and "Chưa đếm" in shown.text and kept.read_text().strip() not in shown.text
        await press(browser, KEYS, f"{KEYS}/count", "count-begun")
        assert "Tệp không niêm phong" in (await ended(browser, KEYS)).text
        keeper.desk.now += GOOD
        assert (await browser.send(KEYS, "/desk/store/reseal")).goes_to.startswith("/desk/confirm")
        await browser.send("/desk/confirm?next=/desk/store/keys", "/desk/confirm", password=OWN)
        async with keeper.desk.database.reading() as tx:
            (lost,) = await tx.recordings.originals([call_of(1)])
        (keeper.settings.paths.recordings / lost.path).unlink()
        await press(browser, KEYS, "/desk/store/reseal", "reseal-begun")
        done = await ended(browser, KEYS)
        assert "Ghi lại 5 tệp" in done.text and lost.path in done.text and "Không còn trên ổ đĩa" in done.text
        none = await browser.post("/desk/store/reseal/stop", {"csrf": csrf(done)})
        assert none.status == 409 and "Không có lần niêm phong lại nào" in none.text
    made = next(one for one in await keeper.entries() if one.kind == Kind.KEY_MADE)
    assert made.actor == "user:lan"


async def test_files_are_verified_and_the_catalogue_is_made_again(keeper: Keeper) -> None:
    async with keeper.desk.database.reading() as tx:
        (damaged,) = await tx.recordings.originals([call_of(1)])
    flip(keeper.settings.paths.recordings / damaged.path)
    async with keeper.desk.signed_in("admin") as browser:
        assert (await browser.get(STORE)).text.count("Chưa chạy lần nào") == 2
        wrong = await browser.send(STORE, "/desk/store/files", since="hôm qua")
        assert wrong.status == 400 and 'value="hôm qua"' in wrong.text
        await press(browser, STORE, "/desk/store/files", "files-begun", since="")
        done = await ended(browser, STORE)
        assert "1 tệp không đúng" in done.text and damaged.path in done.text
        assert "Nội dung không còn như khi ghi" in done.text and "Đã đọc 6 tệp" in done.text
        await press(browser, STORE, "/desk/store/files", "files-begun", since="2100-01-01")
        assert "từ ngày 01/01/2100" in (await ended(browser, STORE)).text
        await press(browser, STORE, "/desk/store/rebuild", "rebuild-begun")
        assert "Đã lập lại danh mục của 3 cuộc gọi" in (await ended(browser, STORE)).text
        shutil.rmtree(keeper.settings.paths.recordings)
        for action in ("files", "rebuild"):
            none = await browser.post(f"/desk/store/{action}/stop", {"csrf": csrf(done)})
            assert none.status == 409
    acts = {one["act"] for one in await keeper.desk.acts() if one["actor"] == "user:lan"}
    assert {"POST /desk/store/files", "POST /desk/store/rebuild"} <= acts


async def test_what_runs_is_stopped_by_another_one_and_a_failure_is_told(keeper: Keeper) -> None:
    keeper.patch.setenv("HOTLINE1022_LOG_LEVEL", "loud")
    async with keeper.desk.signed_in("admin") as browser, keeper.desk.signed_in("admin", login="hoa") as other:
        await press(browser, STORE, "/desk/store/files", "files-begun", since="")
        failed = await ended(browser, STORE)
        assert "Không chạy được đến cuối" in failed.text and "ended with code" not in failed.text
        keeper.patch.setattr(keeper.chores._verify, "_do", lambda *_: asyncio.Event().wait())
        await browser.send(STORE, "/desk/store/files", since="")
        stopped = await other.send(STORE, "/desk/store/files/stop")
        assert stopped.goes_to == f"{STORE}?done=files-stopped"
        assert "Đã dừng</span> Người dùng lan bắt đầu" in (await browser.get(STORE)).text
        await until(lambda: not keeper.chores._verify._work.ending)


async def test_a_page_that_follows_keeps_no_session(keeper: Keeper) -> None:
    async with keeper.desk.signed_in("admin") as browser:
        begun = keeper.desk.now
        while keeper.desk.now - begun < Terms().idle:
            keeper.desk.now += timedelta(minutes=10)
            for page in (BACKUPS, STORE, IMPORT, KEYS):
                await browser.get(f"{page}/now")
        assert (await browser.get(BACKUPS)).goes_to.startswith("/desk/sign-in")


ZONE = "Asia/Ho_Chi_Minh"


def a_folder(folder: Path) -> None:
    """Of another PBX: two recordings, and one that is not there."""
    folder.mkdir(parents=True)
    rows = [HEAD]
    for number in range(2):
        (folder / f"c{number}.wav").write_bytes(file(tone(CITIZEN_TONE + number, 200)))
        rows.append(f"2024-03-02 08:00:0{number},0901234567,1022,1,1,1709343{number:03d}.12,c{number}.wav")
    rows.append("2024-03-02 09:00:00,0901234567,1022,1,1,1.9,away-0901234567.wav")
    (folder / "cdr.csv").write_text("\n".join(rows))


def csrf(shown: Shown) -> str:
    """Of the form that is on each page."""
    return shown.forms.fields["/desk/sign-out"]["csrf"]
