"""Alarms, texts of messages, gateways and times of keeping in a real Chromium: empty, full and after a mistake, without barriers that axe
finds, on a telephone and on a wide screen; a text is counted while one types.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from hotline1022.notify.types import Encoding, Wording
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from hotline1022.service.views import AlarmList
from tests.browser.looked import Looks
from tests.browser.steps import fill, go_to, press, serious, settle, until
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.made import at
from tests.contract.database.test_desk_settings import GATEWAYS, MESSAGES, ONE, TERMS, gateways, templates
from tests.lab.browser import Browser, Tab

OWN = Wording(text="1022: đã nhận, mã {code}.", encoding=Encoding.UCS2)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    parts: dict[str, Any] = {
        "alarms": AlarmList(database),
        "templates": templates(database),
        "gateways": gateways(database),
        "retention": RetentionView(database, Retention),
    }
    async with open_desk(database, tmp_path, **parts) as opened:
        yield opened


async def fill_house(world: World) -> None:
    """Alarms in every state, a text that was changed, days that were decided."""
    async with world.database.transaction() as tx:
        await tx.alarms.raise_alarm("gateway-away", "esms: gateway-login", at(0))
        first, _ = await tx.alarms.raise_alarm("emergency-unanswered", "no emergency number answered", at(1), "hl1-1.1")
        await tx.alarms.raise_alarm("disk-low", "/srv/du-lieu-rat-dai/" * 6, at(2))
        await tx.alarms.mark_seen(first.id, "Nguyễn Thị Hoàng Ngân", at(9))
        await tx.alarms.clear("disk-low", at(9))
    await templates(world.database).save(ONE.rpartition("/")[2], OWN, seen=0, note="có dấu", by="user:admin")
    terms = RetentionView(world.database, Retention)
    wanted = Retention(ordinary_days=900).terms
    await terms.change(wanted, seen=0, why="Quyết định 12/QĐ-UBND", confirm="", by="user:admin")


async def shown(tab: Tab, world: World, page: str) -> str:
    await tab.open(str(world.server.make_url(page)))
    return str(await tab.run("document.body.innerText"))


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (1920, 1080, "dark")])
async def test_every_page_is_readable_and_without_barriers(
    world: World, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    look = Looks(tab, width, tmp_path)

    assert "Không có báo động nào" in await shown(tab, world, "/desk/alarms")
    await look("no alarm")
    await shown(tab, world, ONE)
    await look("a text that nobody changed")
    assert "đang theo tệp cấu hình" in await shown(tab, world, TERMS)
    await look("days of the file")
    await fill_house(world)
    for page in (
        "/desk/alarms?which=all",
        MESSAGES,
        ONE,
        f"{MESSAGES}/templates/leader.taken-over.email",
        GATEWAYS,
        TERMS,
    ):
        await shown(tab, world, page)
        await look(page)
    # after mistakes
    await shown(tab, world, ONE)
    await tab.fill("#text", "Mã {cdoe}\nvà {code")
    await tab.run("document.getElementById('save').focus()")
    await press(tab)
    assert "không phải chỗ điền" in await tab.run("document.body.innerText")
    await look("a text with faults")
    await shown(tab, world, GATEWAYS)
    await fill(tab, **{"to-sms": "115"})
    await tab.run("document.querySelector('form[action$=\"sms/test\"] button').focus()")
    await press(tab)
    assert "Số di động không đúng" in await tab.run("document.body.innerText")
    await look("no number")
    await shown(tab, world, TERMS)
    await fill(tab, ordinary="30", why="Quyết định 13/QĐ-UBND")
    await tab.run("document.getElementById('try').focus()")
    await press(tab)
    await until(
        tab, "document.body.innerText.includes('Xoá sớm hơn hiện nay')"
    )  # counted a moment later, on a busy machine
    await look("what shorter days mean")
    await shown(tab, world, f"{TERMS}?done=x")
    await fill(tab, ordinary="năm")
    await tab.run("document.getElementById('try').focus()")
    await press(tab)
    await look("no days")
    look.nothing_wrong()


async def test_by_keys_alone_a_text_is_counted_tried_and_put_in_force(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, world)
    await tab.open(str(world.server.make_url(MESSAGES)))
    await go_to(tab, ONE)
    await press(tab)
    await tab.run("document.getElementById('text').focus(); document.getElementById('text').select()")
    await tab.type("[" * 100)
    # while one types, without leaving the page
    await until(tab, "document.getElementById('preview').innerText.includes('dài hơn 1 tin')")
    await tab.run("document.getElementById('text').focus(); document.getElementById('text').select()")
    await tab.type("1022: ma phieu {code}.")
    await until(tab, "document.getElementById('preview').innerText.includes('1022: ma phieu 47110821.')")
    await go_to(tab, "Lưu và áp dụng")
    await press(tab)
    assert "Đã áp dụng bản 2" in await tab.run("document.body.innerText")
    assert serious(tab) == []


async def test_a_new_alarm_comes_by_itself_and_is_marked(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, world)
    await shown(tab, world, "/desk/alarms")
    async with world.database.transaction() as tx:
        await tx.alarms.raise_alarm("backup-stuck", "three hours", datetime.now(UTC))
    await until(tab, "document.getElementById('alarms').innerText.includes('Sao lưu bị treo')")
    await tab.run("document.querySelector('#alarms button').focus()")
    await press(tab)
    assert "Đã ghi nhận" in await tab.run("document.body.innerText")
    assert serious(tab) == []


async def test_a_test_is_watched_until_it_is_over(world: World, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.size(1280, 800)
    await settle(tab, world)
    await shown(tab, world, GATEWAYS)
    await fill(tab, **{"to-sms": "0901234567"})
    await press(tab)
    assert "Chờ gửi" in await tab.run("document.getElementById('tried').innerText")
    async with world.database.transaction() as tx:
        await tx._connection.exec_driver_sql("UPDATE outbox_message SET state = 'failed', error_id = 'number-refused'")
    await until(tab, "document.getElementById('tried').innerText.includes('cho rằng số không đúng')")
    assert await tab.run("document.getElementById('tried').hasAttribute('hx-get')") is False
    assert serious(tab) == []
