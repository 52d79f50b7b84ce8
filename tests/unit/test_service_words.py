"""What services say in English reaches people in words of pages: every doubt, every fault of deadlines, the details of alarms to which
a cure sends the reader.
"""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.audit.nights import KINDS, Nights, ahead
from hotline1022.core.errors import ConfigError, Refused, Unavailable
from hotline1022.core.said import MOMENTS, said
from hotline1022.recordings.retention import clock_doubt
from hotline1022.service.background.work import with_id
from hotline1022.tickets.policy import load_document, policy_of
from hotline1022.web.desk.menu_words import fault_words, trouble_words
from hotline1022.web.desk.render import told_id
from hotline1022.web.desk.service_words import alarm_words, doubt_words, policy_words

NOW = datetime(2026, 11, 30, 7, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "looks", "word"),
    [
        (0.1, (), "đủ 14 ngày"),
        (-1.0, (3.0, 2.0, 1.0), "14:05 01/12/2026"),
        (0.1, (20.0, 10.0, 11.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0), "đã lùi từ 14:05 20/11/2026"),
        (0.1, (20.0, 19.0, 18.0, 5.0, 4.0, 3.0, 2.0, 1.0), "chạy tiếp từ ngày 09/12/2026"),
        (0.1, (3.0, 2.0, 1.0), "chỉ có các lần kiểm tra hằng đêm từ 14:05 27/11/2026"),
    ],
)
def test_why_nothing_is_deleted(last: float, looks: tuple[float, ...], word: str) -> None:
    doubt = clock_doubt(NOW, NOW - last * DAY, [NOW - one * DAY for one in looks])
    said = doubt_words(doubt)
    assert doubt and word in said and "audit" not in said and "clock" not in said, said
    assert alarm_words(f"nothing was deleted: {doubt}") == f"Chưa xoá gì: {said}"


def broken(**changes: Any) -> str:
    """What the policy says of a document with these values in other places."""
    document = copy.deepcopy(load_document())
    for place, value in changes.items():
        section = document
        *above, name = place.split("__")
        for one in above:
            section = section.setdefault(one, {})
        section[name] = value
    with pytest.raises(ConfigError) as caught:
        policy_of(document, "deadlines")
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ordinary__answer": ""}, "Trả lời (Thường): xin ghi như"),
        ({"categories__xd__urgent__accept": "soon"}, "Tiếp nhận (Xây dựng, Khẩn): xin ghi như"),
        ({"urgent__clock": "sun"}, "Tính theo (Khẩn): xin chọn"),
        ({"offices__hours": ["13:30-17:00", "07:30-11:30"]}, "Giờ làm việc: xin ghi theo thứ tự"),
        ({"offices__weekdays": []}, "Ngày làm việc trong tuần: xin chọn"),
        ({"extension__longest_days": 0}, "nhiều nhất (ngày): xin ghi số ngày từ 1 đến 366"),
        ({"offices__closed": ["2026-08-31"], "offices__worked": ["2026-08-31"]}, "Ngày 31/08/2026 vừa là"),
        ({"offices__closed": ["soon"]}, "Ngày nghỉ thêm: có ngày không đúng"),
    ],
)
def test_each_fault_of_deadlines(changes: dict[str, Any], said: str) -> None:
    told = policy_words(broken(**changes), {"xd": "Xây dựng"})
    assert said in told and "deadlines" not in told and " write " not in told, told


def test_an_alarm_is_told_with_its_cause() -> None:
    error = Unavailable("espeak-ng is not here; install it", error_id="espeak-missing")
    menu = f"version 1200 of the menu is not in force, the one at hand goes on: {with_id(error)}"
    assert alarm_words(menu).endswith(f"nghe bản trước. {told_id('espeak-missing')}") and "espeak" not in alarm_words(
        menu
    )
    assert trouble_words(with_id(error)) == told_id("espeak-missing") and trouble_words("") == ""
    wrong = "/etc/menu.toml:2: menu root has no way out to 115; add 9 = x\n/etc/menu.toml:4: '77' cannot be a key: a key is one of 0-9; leave it out"
    told = trouble_words(f"{wrong} [menu-invalid]")
    assert "Dòng 2: Menu root chưa có lối ra cấp cứu 115" in told and "Dòng 4: '77' không phải là phím" in told, told
    assert "đang được tạo" in trouble_words("it is being put in force; its sounds are being made")
    stuck = alarm_words(f"files of call c-1 cannot be deleted: {with_id(OSError(13, 'no'))}")
    assert stuck == f"Không xoá được tệp của cuộc gọi c-1. {told_id('disk-io')}"
    assert alarm_words(with_id(Refused("no", error_id="disk-full"))) == told_id("disk-full")


def test_what_comes_of_the_nights() -> None:
    late = Nights(began=NOW - 9 * DAY, stamp=NOW - 3 * DAY).wrong(NOW)
    said = alarm_words("; ".join((*late, *(ahead(what, NOW + DAY) for what in KINDS))))
    assert len(late) == 2 and said.count("dấu thời gian") == said.count("lần kiểm tra hằng đêm") == 2
    assert "Từ 14:05 27/11/2026 không có" in said and "the last" not in said, said


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("line 101, person 1003: called again", "Máy 101, điện thoại viên 1003."),
        ("ticket 12 34 56 78, new, no agency yet: due 2026-11-30 09:05", "hạn chuyển 09:05 30/11/2026"),
        ("ticket 12 34 56 78, new, Sở Xây dựng: due 2026-11-30 09:05", "Phiếu 12 34 56 78, Sở Xây dựng"),
        (
            said("alarm-said.many", many=1500, what="recordings", lately=20, nights=30, left=500),
            "1.500 ghi âm đến hạn xoá",
        ),
        (
            "only 900 MiB (3.2 %) are free below /data; make room, or calls will lose their recordings",
            "Chỉ còn 900 MiB (3,2%)",
        ),
        ("esms: gateway-login", "eSMS: Cổng SMS từ chối tài khoản"),
        ("sms esms: failed, number-refused", "SMS, eSMS: Không gửi được, Cổng SMS cho rằng số không đúng."),
        ("Sở Y tế (a1b2): webhook-timeout", "Sở Y tế: bên nhận trả lời quá chậm."),
        ("reminders broke (KeyError); calls go on, and the service's log says why", "Phần reminders gặp lỗi KeyError"),
        ("entry-changed: entry 7 is not what was written", "Mục nhật ký bị sửa."),
        ("1200 findings: row-changed: x; row-changed: y", "1.200 điểm sai."),
        ("the moon is full", "the moon is full"),
    ],
)
def test_details(detail: str, words: str) -> None:
    assert words in alarm_words(detail)


#: there is no such day, there is one, and a moment
@pytest.mark.parametrize("name", ["2026-13-45", "2026-02-30", "2026-11-30", "2026-11-30 14:05", "2026-11-30 99:99"])
def test_a_name_that_looks_like_a_day_stays_a_name(name: str) -> None:
    assert f"bản sao lưu {name} không" in alarm_words(said("alarm-said.backup-wrong", count=3, name=name))
    assert alarm_words(said("alarm-said.nobody", name=name, role="leader")).startswith(f"{name} chưa có")
    assert f" {name}:" in alarm_words(said("alarm-said.disk-quota", folder=name, meaning="x"))
    key = name.partition(" ")[0]
    assert key in fault_words(f"no key leads to menu {key}")


def test_a_moment_is_written_as_the_language_does_and_one_that_there_is_not_as_it_was_said() -> None:
    text = said("alarm-said.erasure", request="a" * 16, since=NOW)
    assert "14:05 30/11/2026" in alarm_words(text)
    assert "2026-11-31 14:05" in alarm_words(text.replace("2026-11-30", "2026-11-31"))
    assert {"until", "day", "since", "due"} <= MOMENTS and "name" not in MOMENTS
