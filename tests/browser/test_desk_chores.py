"""Backups and the store of recordings in a real Chromium: with nothing, running, full and after a mistake, without barriers that axe
finds, on a telephone and on a wide screen; begun by keys alone, followed and ended without loading the page anew.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database
from hotline1022.web import chores_wire as w
from hotline1022.web.backup_wire import BackupView, ShelvedView
from hotline1022.web.recordings_wire import AuditEntryView
from hotline1022.web.types import WorkState
from tests.browser.looked import Looks
from tests.browser.steps import go_to, press, serious, settle, until
from tests.contract.database.desk_world import World, open_desk
from tests.lab.browser import Browser, Tab
from tests.unit.backup_memory import RUNNING, SHELVED, MemoryBackups
from tests.unit.catalogue_memory import AT
from tests.unit.chores_memory import BACKUP, BEGUN, KEY, MemoryChores

PAGES = ("/desk/backups", "/desk/store", "/desk/store/import", "/desk/store/keys")
BY = "user:nguyen.thi.hoang.ngan"
FILE = "2026/11/24/hl1-1795470208.58-0901234567-c.wav"
ENDED: dict[str, Any] = {**BEGUN, "state": WorkState.DONE, "asked_by": BY, "ended_at": AT + timedelta(minutes=7)}
FOUND = tuple(f"missing recordings/{FILE}" if n % 2 else f"changed recordings/{n}-{FILE}" for n in range(12))


@dataclass
class Keeper:
    desk: World
    chores: MemoryChores
    backups: MemoryBackups


@pytest.fixture
async def keeper(database: Database, tmp_path: Path) -> AsyncIterator[Keeper]:
    chores, backups = MemoryChores(folders=(), keyring=()), MemoryBackups(shelf=())
    async with open_desk(database, tmp_path, chores=chores, backups=backups) as desk:
        yield Keeper(desk, chores, backups)


def unset(keeper: Keeper) -> None:
    """Nothing is set that they need."""
    keeper.backups.away, keeper.chores.away = "backup-no-folder", "import-no-folder"
    keeper.chores.locked = Refused("no folder of keys", error_id="recording-keys-unset")


def empty(keeper: Keeper) -> None:
    """Set, and nothing there."""
    keeper.backups.away, keeper.chores.away, keeper.chores.locked = "", "", None


def running(keeper: Keeper) -> None:
    """All at once, somebody else's."""
    keeper.backups.backup = replace(RUNNING, asked_by=BY, done=1203, work=184_211)
    keeper.backups.shelf = (SHELVED,)
    begun = {**BEGUN, "asked_by": BY, "done": 41, "work": 97}
    keeper.chores.put(w.BackupCheckView(**begun, name=BACKUP))
    keeper.chores.put(w.FilesView(**begun, since=AT.date()))
    keeper.chores.put(w.RebuildView(**{**begun, "work": 0}))
    keeper.chores.put(
        w.ImportView(**{**begun, "done": 0, "work": 0}, folder="Ghi âm năm 2024 của tổng đài cũ", dry_run=True)
    )
    keeper.chores.keyring = (replace(KEY, id="f" * 16, newest=False), KEY)
    keeper.chores.put(w.KeyCountView(**begun))
    keeper.chores.put(w.ResealView(**begun))


def full(keeper: Keeper) -> None:
    """All done, with much that is wrong."""
    wrong: dict[str, Any] = {"wrong": 1012, "findings": FOUND}
    keeper.backups.backup = BackupView(
        **ENDED, name=BACKUP, sha256="c" * 64, files=184_211, bytes=412_000_000_000, **wrong
    )
    keeper.backups.last = AuditEntryView(
        seq=7, prev="b" * 64, sha256="d" * 64, at=AT, written_at=AT.isoformat(), kind=Kind.BACKUP_MADE.value, actor=BY, origin="10.0.0.7",
        subject=f"backup:{BACKUP}", detail={},
    )  # fmt: skip
    keeper.backups.shelf = (
        replace(SHELVED, wrong=12, findings=FOUND, bytes=413_000_000_000),
        ShelvedView(name="20261128T020000Z", sha256="", files=0, wrong=0, error="broken", error_id="backup-broken"),
        replace(SHELVED, name="20261127T020000Z", bytes=None),
    )
    keeper.chores.put(w.BackupCheckView(**ENDED, name=BACKUP, files=184_211, **wrong))
    keeper.chores.put(w.FilesView(**{**ENDED, "done": 5}, since=None, **wrong))
    keeper.chores.put(w.RebuildView(**ENDED, calls=1_000_000))
    keeper.chores.put(
        w.KeyCountView(**ENDED, counts=(w.KeyCount(key=KEY.id, files=99), w.KeyCount(key="plain", files=3)))
    )
    keeper.chores.put(
        w.ResealView(
            **ENDED, key=KEY.id, sealed=5, ready=9, wrong=1, findings=(f"{FILE}: other bytes than were stored",)
        )
    )
    keeper.chores.folders = ("2024", "Ghi âm năm 2024 của tổng đài cũ ở trung tâm hành chính")
    keeper.chores.put(tried(1000))


def tried(rows: int) -> w.ImportView:
    """A dry run over so many rows, ten of them wrong."""
    each = [
        w.ImportRow(
            line=n + 2, file=FILE, call="hl1-1795470208.58", sha256="e" * 64, note="number-odd" if n == 12 else "",
            outcome="file-missing" if n < 10 else "would-import",
        )
        for n in range(rows)
    ]  # fmt: skip
    counts = (w.OutcomeCount(outcome="would-import", rows=2 * rows), w.OutcomeCount(outcome="file-missing", rows=10))
    return w.ImportView(
        **ENDED, folder="Ghi âm năm 2024 của tổng đài cũ", dry_run=True, wrong=10, counts=counts, rows=tuple(each),
        map="time=calldate,caller=src,called=dst,file=recordingfile,agent=dstchannel",
    )  # fmt: skip


def failed(keeper: Keeper) -> None:
    """None of it came to its end."""
    broken: dict[str, Any] = {**ENDED, "state": WorkState.FAILED, "error": "no"}
    keeper.backups.backup = replace(RUNNING, state=WorkState.FAILED, error="no", error_id="backup-unwritable")
    keeper.backups.away = "folder-away"
    keeper.chores.put(w.BackupCheckView(**broken, name=BACKUP, error_id="backup-check-failed"))
    keeper.chores.put(w.FilesView(**broken, since=None, error_id="files-verification-failed"))
    keeper.chores.put(w.RebuildView(**broken, error_id="rebuild-failed"))
    keeper.chores.put(w.KeyCountView(**broken, error_id="key-count-failed"))
    keeper.chores.put(w.ResealView(**broken, error_id="data-locked"))
    keeper.chores.put(w.ImportView(**broken, folder="2024", dry_run=False, error_id="import-columns"))


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark"), (1920, 1080, "light")]
)
async def test_every_page_is_readable_and_without_barriers(
    keeper: Keeper, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, keeper.desk)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    look = Looks(tab, width, tmp_path)

    for state in (unset, empty, running, full, failed):
        state(keeper)
        for page in PAGES:
            await tab.open(str(keeper.desk.server.make_url(page)))
            await tab.run("document.querySelectorAll('details').forEach(one => one.open = true)")
            await look(f"{state.__name__}{page}")
    # after a mistake
    keeper.chores.away = ""
    await tab.open(str(keeper.desk.server.make_url("/desk/store/import")))
    await tab.run("document.getElementById('try').focus()")
    await press(tab)
    assert "Xin chọn trong danh sách" in await tab.run("document.body.innerText")
    await look("no folder")
    look.nothing_wrong()


async def shows(tab: Tab, id: str, text: str) -> None:
    """Sooner or later, by itself."""
    await until(tab, f"document.getElementById('{id}').innerText.includes('{text}')")


async def test_by_keys_alone_a_backup_is_made_followed_and_on_the_shelf_without_loading_anew(
    keeper: Keeper, browser: Browser
) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, keeper.desk)
    await tab.open(str(keeper.desk.server.make_url("/desk/backups")))
    await go_to(tab, "begin-backup")
    await press(tab)
    await shows(tab, "backup-box", "Đã làm 3 trên khoảng 9")
    await tab.run("window.same = 1; document.getElementById('stop-backup').focus()")
    assert keeper.backups.backup is not None
    keeper.backups.backup = replace(keeper.backups.backup, done=8)
    await shows(tab, "backup-box", "Đã làm 8 trên khoảng 9")
    assert await tab.run("document.activeElement.id") == "stop-backup", "who is at the button stays there"
    keeper.backups.backup = replace(
        keeper.backups.backup, state=WorkState.DONE, ended_at=AT, name=BACKUP, files=7, bytes=1_402_000
    )
    keeper.backups.shelf = (SHELVED,)
    await shows(tab, "backup-box", "Đã xong")
    await shows(tab, "shelf-box", BACKUP)
    assert await tab.run("document.querySelectorAll('main [hx-trigger^=every]').length") == 0, "it asks no more"
    await go_to(tab, "Kiểm tra")
    await press(tab)
    await shows(tab, "check-box", "Dừng kiểm tra")
    assert serious(tab) == []


async def test_a_folder_is_tried_and_begun_with_the_report_on_the_page(keeper: Keeper, browser: Browser) -> None:
    keeper.chores.folders = ("2024",)
    tab = await browser.tab()
    await tab.size(360, 740, mobile=True)
    await settle(tab, keeper.desk)
    await tab.open(str(keeper.desk.server.make_url("/desk/store/import")))
    await tab.choose("#folder", "2024")
    await tab.run("document.getElementById('try').focus()")
    await press(tab)
    await shows(tab, "import-box", "Đang chạy")
    assert await tab.run("document.getElementById('try')") is None, "one at a time"
    await tab.run("window.same = 1")
    keeper.chores.put(tried(250))
    await shows(tab, "import-box", "Nhập 500 ghi âm")
    await shows(tab, "import-box", "Dòng 1 đến 50 của 510")
    assert await tab.run("window.same") == 1, "nothing was loaded anew"
    await tab.leave("a:text-is('Trang sau')")
    await shows(tab, "import-box", "Dòng 51 đến 100 của 510")
    await tab.run("document.getElementById('begin-import').focus()")
    await press(tab)
    await shows(tab, "import-box", "Nhập: Ghi âm năm 2024")
    assert isinstance(keeper.chores.asked[-1], w.ImportBody) and not keeper.chores.asked[-1].dry_run
    assert serious(tab) == []
