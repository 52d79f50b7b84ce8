"""What tests of messages share: the shipped texts, two officers, the longest values, a change of a ticket and how it is told."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hotline1022.notify.policy import How, LinkMaker, messages_for
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.templates import load
from hotline1022.notify.types import NewMessage, Recipient, Role, TicketChange, TicketEvent, ToTell

TEMPLATES = load()
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
NEVER = Quiet(starts=time(0), ends=time(0))
LAN = Recipient(contact="c1", name="Nguyễn Thị Lan", role=Role.SPECIALIST, sms="+84901111111", email="lan@example.vn")
MINH = Recipient(contact="c2", name="Trần Văn Minh", role=Role.LEADER, sms="+84902222222", email="minh@example.vn")
#: as long as they come
LONGEST = {
    "code": "9999-9999",
    "agency": "Ban Chỉ đạo chống buôn lậu, gian lận thương mại và hàng giả tỉnh (Ban Chỉ đạo 389)",
    "category": "Buôn lậu, gian lận thương mại, hàng giả, an toàn thực phẩm và vật tư nông nghiệp",
    "deadline": "23:59 31/12/2026",
    "answer": "Đơn vị đã kiểm tra hiện trường, lập biên bản và yêu cầu khắc phục trong ngày. " * 8,
    "urgent": "KHẨN:",
    "link": "https://1022.binhduong.gov.vn/l/" + "x" * 22,
    "officer": "Nguyễn Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên",
    "name": "Nguyễn Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên",
    "phone": "+842743822333",
    "count": "1234",
    "former": ", ".join(["Ủy ban nhân dân thành phố Thủ Dầu Một", "Sở Nông nghiệp và Phát triển nông thôn"] * 9),
    "tickets": ", ".join(["2345 6789"] * 400),
    "alarm": "Một phần của hệ thống gặp lỗi lạ và được khởi động lại",
    "since": "23:59 31/12/2026",
    "more": "Và 1.234 báo động khác.",
    "others": "Mất kết nối với cổng SMS hoặc email, từ 23:59 31/12/2026\n" * 20,
    "detail": "Chỉ còn 3.900 MiB (8,1 %) trống trong thư mục /var/lib/hotline1022/data/spool; " * 6,
    "cure": "Gửi đoạn nhật ký của dịch vụ ngay trước báo động cho người phụ trách phần mềm. " * 3,
    "how": "đã được Nguyễn Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên xem lúc 23:59 31/12/2026",
}


def a_change(event: TicketEvent = TicketEvent.MADE, **more: Any) -> TicketChange:
    given: dict[str, Any] = {
        "change": f"t1/{event.value}",
        "ticket": "t1",
        "code": "4711-22",
        "event": event,
        "agency": "Sở Giao thông Vận tải",
        "category": "Giao thông",
        "name": "Lê Văn Bé",
        "phone": "0903333333",
        "deadline": NOON + timedelta(days=5),
        "answer": "Đã thay bóng đèn.",
    }
    return TicketChange(**given | more)


def how(quiet: Quiet | None = None, link: LinkMaker | None = None) -> How:
    return How(templates=TEMPLATES, quiet=quiet or Quiet(), link=link)


def told(
    change: TicketChange, contacts: tuple[Recipient, ...] = (LAN, MINH), at: datetime = NOON, **more: Any
) -> tuple[dict[str, NewMessage], list[ToTell]]:
    messages, to_tell = messages_for(change, contacts, how(**more), at)
    assert len({one.key for one in messages}) == len(messages)
    return {f"{one.name} {one.channel.value}": one for one in messages}, to_tell
