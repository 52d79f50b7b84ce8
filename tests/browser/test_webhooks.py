"""The pages of webhooks in a real Chromium: empty, full, with what went wrong, on a telephone and on a wide screen; tried by keys alone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.unit import Database
from hotline1022.webhooks.types import Delivery, DeliveryState, EventKind, PausedWhy, Sent, Webhook
from tests.browser.looked import Looks
from tests.browser.steps import barriers, fill, go_to, press, serious, settle
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.webhook_world import desk_of, receiver
from tests.lab.browser import Browser
from tests.lab.migrated import migrated
from tests.unit.calls_memory import NOW
from tests.unit.webhooks_memory import HOOK, ONE, MemoryWebhooks

LONG = "Cổng dịch vụ công trực tuyến của tỉnh, phân hệ tiếp nhận phản ánh kiến nghị"
URL = "https://cong-dich-vu-cong.example.vn/" + "tiep-nhan/" * 40
PAGE = "/desk/webhooks"
STATES: Sequence[dict[str, Any]] = (
    {"succeeded_at": NOW},
    {"failures": 7, "failing_since": NOW, "retry_at": NOW + timedelta(minutes=30), "error_id": "webhook-status"},
    {"paused_at": NOW, "paused_why": PausedWhy.BY_HAND},
    {"paused_at": NOW, "paused_why": PausedWhy.FAILING, "failures": 300, "error_id": "webhook-tls"},
    {"paused_at": NOW, "paused_why": PausedWhy.GONE, "failures": 1, "error_id": "webhook-gone"},
)


@dataclass
class FullHouse(MemoryWebhooks):
    """Twenty webhooks in every state, each with a hundred events; none where `empty`."""

    empty: bool = False
    sent: Sent = field(default_factory=lambda: Sent(error_id="webhook-timeout"))

    async def list(self) -> Sequence[Webhook]:
        return [] if self.empty else [_hook(number) for number in range(20)]

    async def get(self, webhook: str) -> Webhook:
        return _hook(int(webhook[:2]))

    async def deliveries(self, webhook: str) -> Sequence[Delivery]:
        return [] if webhook.startswith("00") else [_delivery(number) for number in range(100)]

    async def test(self, webhook: str) -> Sent:
        return self.sent


def _hook(number: int) -> Webhook:
    state = STATES[number % len(STATES)]
    return replace(
        ONE, id=f"{number:02}{HOOK[2:]}", name=LONG, url=URL, kinds=frozenset(EventKind), numbers=True, **state
    )


def _delivery(number: int) -> Delivery:
    state = list(DeliveryState)[number % len(DeliveryState)]
    error = {DeliveryState.WAITING: "webhook-away", DeliveryState.GIVEN_UP: "webhook-status"}.get(state, "")
    return Delivery(
        place=number, id=f"evt_{number:032}", webhook_id=HOOK, kind=list(EventKind)[number % len(EventKind)],
        thing=f"call:hl1-1795470208.{number}", at=NOW, data={}, state=state, created_at=NOW, due_at=NOW, tries=number,
        status=200 if state is DeliveryState.DELIVERED else 503 if error == "webhook-status" else 0, error_id=error,
    )  # fmt: skip


@pytest.fixture
def hooks() -> FullHouse:
    return FullHouse()


@pytest.fixture
async def world(database: Database, tmp_path: Path, hooks: FullHouse) -> AsyncIterator[World]:
    async with open_desk(database, tmp_path, webhooks=hooks) as opened:
        yield opened


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (360, 740, "dark"), (1920, 1080, "light"), (1920, 1080, "dark")]
)
async def test_every_state_is_readable_and_without_barriers(
    world: World, hooks: FullHouse, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await settle(tab, world)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    looks = Looks(tab, width, tmp_path, theme)

    async def look(name: str, *texts: str) -> None:
        shown = await tab.run("document.body.innerText")
        assert all(text in shown for text in texts), (name, shown)
        await looks(name)

    async def open_(path: str) -> None:
        await tab.open(str(world.server.make_url(path)))

    hooks.empty = True
    await open_(PAGE)
    await look("empty", "Chưa có webhook nào.")
    hooks.empty = False
    await open_(f"{PAGE}/{_hook(1).id}?all=1")
    await look("all", "call:hl1-1795470208.99")
    await open_(f"{PAGE}/{_hook(1).id}")
    await look("latest", "Xem thêm 80 sự kiện trước đó")
    await open_(PAGE)
    await look("full", "Đang lỗi", "Tự dừng vì lỗi nhiều ngày", "Kèm số điện thoại")
    for number in (0, 1, 3):
        await open_(f"{PAGE}/{_hook(number).id}")
        await look(f"one-{number}", *(["Chưa có sự kiện nào."] if number == 0 else ["Đã thôi", "không kết nối được"]))
    await tab.run("document.querySelector('form[action$=\"/test\"] button').focus()")
    await press(tab)
    await look("tried", "Gửi thử không thành công: bên nhận trả lời quá chậm.")
    await open_(PAGE)
    await fill(tab, name="Cổng", url="https://example.vn/1022")
    await tab.run("document.querySelector('form[action=\"/desk/webhooks\"] button').focus()")
    await press(tab)
    await look("once", "Khoá bí mật", "whsec_")
    looks.nothing_wrong()


async def test_by_keys_alone_one_is_added_refused_and_tried(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    await migrated(file)
    async with (
        receiver() as there,
        Database(file) as database,
        open_desk(database, tmp_path, webhooks=desk_of(database)) as world,
    ):
        tab = await browser.tab()
        await tab.size(1280, 800)
        await settle(tab, world)
        await tab.open(str(world.server.make_url(PAGE)))
        await go_to(tab, "name")
        await tab.type("Cổng tỉnh")
        await go_to(tab, "url")
        await tab.type("http://192.0.2.1/x")
        await press(tab)
        text = await tab.run("document.body.innerText")
        assert "Địa chỉ phải bắt đầu bằng https://." in text or "Xin chọn ít nhất một sự kiện." in text
        assert await tab.run("document.getElementById('name').value") == "Cổng tỉnh"
        assert not (await barriers(tab)), "what was wrong is told without barriers too"
        await fill(tab, url=there.url)
        await tab.click("input[value='ticket.made']")
        await go_to(tab, "Thêm webhook")
        await press(tab)
        assert "whsec_" in await tab.run("document.body.innerText")
        await go_to(tab, "Gửi thử")
        await press(tab)
        assert "Gửi thử thành công" in await tab.run("document.body.innerText") and len(there.got) == 1
        assert serious(tab) == []
