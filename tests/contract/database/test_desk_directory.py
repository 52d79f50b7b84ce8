"""The pages of the directory over a real database: agencies, contact points, areas, categories, what is missing, whom to ring."""

import re
import unicodedata
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest

from hotline1022.directory.edit import put
from hotline1022.directory.types import Area, AreaKind, Role, What
from hotline1022.web.desk.directory_find import SIZE
from tests.contract.database.desk_world import World, world

__all__ = ["world"]

HERE = "/desk/directory"


async def test_an_agency_is_made_gets_a_person_by_letter_and_is_merged_into_another(world: World) -> None:
    async with world.signed_in("admin") as browser:
        listed = await browser.get(HERE)
        assert listed.status == 200 and "Sở Nội vụ" in listed.text
        new = {"id": "so-moi", "name": "Sở Mới", "short": "SM", "kind": "department", "code": "798"}
        made = await browser.send(f"{HERE}/agencies/new", f"{HERE}/agencies/new", **new)
        assert made.goes_to == f"{HERE}/agencies/so-moi?done=saved", made.text
        page = await browser.get(made.goes_to)
        assert "Đã lưu" in page.text and "thêm mới" in page.text and "Chưa có đầu mối" in page.text
        assert "lan" in page.text
        person = {"agency": "so-moi", "role": "leader", "name": "Trần Văn Bình", "mobile": "0912345678"}
        person |= {"order": "1", "letter": "12/CV-SM", "letter_date": "2026-11-02"}
        added = await browser.send(f"{HERE}/contacts/new?agency=so-moi", f"{HERE}/contacts/new", **person)
        assert added.status == 303, added.text
        shown = await browser.get(f"{HERE}/agencies/so-moi")
        assert "Trần Văn Bình" in shown.text and "12/CV-SM (02/11/2026)" in shown.text and "0912 345 678" in shown.text
        hidden = shown.forms.fields[f"{HERE}/agencies/so-moi"]
        changed = {**hidden, **new, "name": "Sở Rất Mới", **a_step("leader", "mobile", "30")}
        assert (await browser.post(f"{HERE}/agencies/so-moi", changed)).status == 303
        shown = await browser.get(f"{HERE}/agencies/so-moi")
        assert "Tên: Sở Mới → Sở Rất Mới" in shown.text
        assert "Thứ tự gọi: — → Lãnh đạo, di động, 30 giây" in shown.text
        end = {"day": "2026-03-01", "successor": "so-noi-vu", "sure": "1"}
        ended = await browser.send(f"{HERE}/agencies/so-moi", f"{HERE}/agencies/so-moi/end", **end)
        assert ended.status == 303, ended.text
        assert "Sở Rất Mới" not in (await browser.get(HERE)).text
        assert "đã kết thúc từ 01/03/2026" in (await browser.get(f"{HERE}/agencies?all=1")).text
    agency = world.directory.now.agencies["so-moi"]
    assert (agency.successor, agency.valid_to) == ("so-noi-vu", date(2026, 3, 1))
    (contact,) = [one for one in world.directory.now.contacts.values() if one.agency == "so-moi"]
    assert (contact.role, contact.valid_to) == (Role.LEADER, date(2026, 3, 1)), "ends with the agency"
    async with world.database.reading() as tx:
        assert {one.by for one in await tx.directory.changes(what=What.AGENCY, id="so-moi", limit=9)} == {"user:lan"}


async def test_another_person_is_another_contact_point_and_an_end_is_final(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = f"{HERE}/contacts/so-y-te-ld"
        hidden = (await browser.get(page)).forms.fields[page]
        before = world.directory.now.contacts["so-y-te-ld"]
        body = {**hidden, "name": before.name, "mobile": "0900000001", "order": "1", "letter": "7/QĐ-SYT"}
        assert (await browser.post(page, body)).status == 303
        now = world.directory.now.contacts["so-y-te-ld"]
        assert (now.mobile, now.letter, now.agency, now.role) == (
            "+84900000001",
            "7/QĐ-SYT",
            before.agency,
            before.role,
        )
        hidden = (await browser.get(page)).forms.fields[page]
        other = await browser.post(page, {**hidden, **{k: body[k] for k in ("mobile", "order")}, "name": "Người Khác"})
        assert other.status == 409 and "Xin kết thúc đầu mối này" in other.text and 'value="Người Khác"' in other.text
        assert (await browser.send(page, f"{page}/end", day="hôm nay")).status == 400
        assert (await browser.send(page, f"{page}/end", day="2026-03-01", sure="1")).status == 303
        assert world.directory.now.contacts["so-y-te-ld"].valid_to == date(2026, 3, 1)
        assert (await browser.get(f"{HERE}/contacts/nobody")).status == 404


async def test_messages_follow_a_new_mobile_unless_they_have_a_number_of_their_own(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = f"{HERE}/contacts/so-y-te-ld"

        async def saved(**typed: str) -> tuple[str, str]:
            """What is stored after the page's own fields were sent, some of them typed anew; and what the field shows then."""
            before = world.directory.now.contacts["so-y-te-ld"]
            shown = await browser.get(page)
            own = {"name": before.name, "order": str(before.order), "letter": before.letter, "email": before.email}
            own |= {"mobile": before.mobile, "sms": value_of(shown.text, "sms")}
            assert (await browser.post(page, {**shown.forms.fields[page], **own, **typed})).status == 303
            return world.directory.now.contacts["so-y-te-ld"].sms, value_of((await browser.get(page)).text, "sms")

        assert await saved(mobile="0900000001", sms="") == ("+84900000001", "")
        assert await saved(mobile="0900000002") == ("+84900000002", ""), "they went along"
        assert await saved(mobile="") == ("", ""), "nothing goes on to a telephone that is no more"
        assert await saved(mobile="0900000003") == ("+84900000003", "")
        assert await saved(sms="0900000009") == ("+84900000009", "0900 000 009")
        assert await saved(mobile="0900000004") == ("+84900000009", "0900 000 009")
        assert await saved(sms=" Khong ") == ("", "không")
        assert await saved(letter="8/QĐ-SYT") == ("", "không"), "who wants none gets none by another edit"


def value_of(html: str, field: str) -> str:
    """What stands in a field of one line."""
    (value,) = re.findall(rf'<input[^>]*id="{field}"[^>]*value="([^"]*)"', html)
    return unescape(value)


async def test_two_admins_at_one_area(world: World) -> None:
    async with world.signed_in("admin") as one, world.signed_in("admin", login="minh") as two:
        page = f"{HERE}/areas/di-an"
        his = (await two.get(page)).forms.fields[page]
        typed = {"name": "Dĩ An Mới", "kind": "city", "parent": ""}
        assert (await one.send(page, page, **typed)).status == 303
        late = await two.post(page, {**his, **typed, "name": "Dĩ An Muộn", "kind": "town"})
        assert late.status == 409 and "người khác sửa" in late.text and 'value="Dĩ An Muộn"' in late.text
        assert "nay là “Dĩ An Mới”." in late.text and '<option value="city" selected>' in late.text
        assert world.directory.now.areas["di-an"].name == "Dĩ An Mới"
        twice = await one.send(f"{HERE}/areas/new", f"{HERE}/areas/new", id="di-an", name="Khác", kind="ward")
        assert twice.status == 409 and "Đã có mục với mã này" in twice.text


async def test_who_ends_an_agency_is_asked_first_with_what_it_takes_along(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = f"{HERE}/agencies/so-xay-dung"
        people = [one for one in world.directory.now.contacts.values() if one.agency == "so-xay-dung"]
        asked = await browser.send(page, f"{page}/end", day="2026-12-01", successor="")
        assert asked.status == 200 and f"{len(people)} đầu mối" in asked.text and people[0].name in asked.text
        assert "1 lĩnh vực: Xây dựng" in asked.text and "sẽ không đến ai" in asked.text
        assert "Không hoàn tác được" in asked.text and "01/12/2026" in asked.text
        asked = await browser.send(page, f"{page}/end", day="2026-12-01", successor="so-noi-vu")
        assert "Sở Nội vụ" in asked.text and "sẽ không đến ai" not in asked.text
        assert world.directory.now.agencies["so-xay-dung"].valid_to is None, "nothing has ended yet"
        own = asked.forms.fields[f"{page}/end"]
        refused = await browser.post(f"{page}/end", {**own, "day": "mai"})
        assert refused.status == 400 and '<option value="so-noi-vu" selected>' in refused.text, "the choice stays"
        circle = await browser.post(f"{page}/end", {**own, "successor": "so-xay-dung"})
        assert circle.status == 400
        assert (await browser.post(f"{page}/end", own)).status == 303
        ended = world.directory.now.agencies["so-xay-dung"]
        assert (ended.successor, ended.valid_to) == ("so-noi-vu", date(2026, 12, 1))


def a_step(role: str, which: str, seconds: str, *, number: int = 0) -> dict[str, str]:
    """A row of the order in which an agency is rung."""
    return {f"s{number}-role": role, f"s{number}-which": which, f"s{number}-seconds": seconds}


def many_hours(count: int) -> dict[str, str]:
    """So many rows, on one day after the other, an hour at a time."""
    return {
        f"h{number}-{field}": value
        for number in range(count)
        for field, value in (
            ("day", str(number % 7)),
            ("a-from", f"{6 + number // 7:02d}:00"),
            ("a-to", f"{6 + number // 7:02d}:45"),
        )
    }


@pytest.mark.parametrize("count", [7, 8, 12, 30])
async def test_hours_of_many_rows_are_kept_whole(world: World, count: int) -> None:
    page = f"{HERE}/agencies/so-noi-vu"
    async with world.signed_in("admin") as browser:
        assert (await browser.send(page, page, **known_agency(world), **many_hours(count))).status == 303
        kept = world.directory.now.agencies["so-noi-vu"].hours
        assert kept.count(":45") == count
        shown = await browser.get(page)
        rows = dict(re.findall(r'name="(h[0-9]+-[ab]-(?:from|to))"[^>]*value="([^"]*)"', shown.text))
        rows |= {f"h{n}-day": str(n % 7) for n in range(count)}
        assert rows.items() >= many_hours(count).items()
        assert (await browser.send(page, page, **known_agency(world), **rows)).status == 303
        assert world.directory.now.agencies["so-noi-vu"].hours == kept, "saved again as it was shown"


async def test_more_hours_than_a_form_may_have_are_refused_and_stay_as_they_were_typed(world: World) -> None:
    page = f"{HERE}/agencies/so-noi-vu"
    async with world.signed_in("admin") as browser:
        before = world.directory.now.agencies["so-noi-vu"]
        refused = await browser.send(page, page, **known_agency(world), **many_hours(31))
        assert refused.status == 400 and "tối đa 30 dòng" in refused.text
        assert 'name="h30-a-to" id="hours-30-a-to" value="10:45"' in refused.text
        assert 'value="hours-add"' not in refused.text
        assert world.directory.now.agencies["so-noi-vu"] == before


def known_agency(world: World) -> dict[str, str]:
    """What else stands in its form."""
    one = world.directory.now.agencies["so-noi-vu"]
    return {"name": one.name, "short": one.short, "kind": one.kind, "code": str(one.code or "")}


#: what is typed, what is said of it, and the field that is marked
WRONG = (
    ("agencies", {"h0-a-from": "07:30", "h0-a-to": "11:30"}, "Giờ làm việc: Xin chọn ngày", "hours"),
    ("agencies", {"h0-day": "0", "h0-a-from": "11:30", "h0-a-to": "07:30"}, "giờ sau lớn hơn giờ trước", "hours"),
    ("agencies", {"h0-day": "0", "h0-a-from": ""}, "ghi đủ giờ của từng dòng", "hours"),
    ("agencies", a_step("leader", "mobile", "300"), "Thứ tự gọi: Xin chọn gọi ai", "hunt"),
    ("agencies", a_step("", "mobile", "30"), "Thứ tự gọi: Xin chọn gọi ai", "hunt"),
    ("agencies", {"code": "702"}, "Mã chuyển máy: Sở Nội vụ đang có mã này", "code"),
    ("agencies", {"code": "bảy"}, "Mã chuyển máy: Xin ghi một số từ 700 đến 799", "code"),
    ("agencies", {"name": ""}, "Tên: Xin ghi 1 đến 120 ký tự", "name"),
    ("agencies", {"id": "So-Moi"}, "Mã: Xin ghi chữ thường không dấu", "id"),
    ("agencies", {"parent": "aaa-moi", "id": "aaa-moi"}, "Trực thuộc: chọn aaa-moi thì thành vòng tròn", "parent"),
    ("agencies", {"successor": "so-noi-vu"}, "Kết thúc từ ngày: đã có đơn vị tiếp nhận (Sở Nội vụ)", "valid_to"),
    ("contacts", {"office": "0274 3822222 máy lẻ 12"}, "Điện thoại cơ quan: Số điện thoại không đúng", "office"),
    ("contacts", {"mobile": "0274 3822 222"}, "Điện thoại di động: Đây không phải số di động", "mobile"),
    ("contacts", {"sms": "115"}, "Số nhận tin nhắn: Đây không phải số di động", "sms"),
    ("contacts", {"agency": ""}, "Cơ quan: Xin chọn trong danh sách", "agency"),
    ("contacts", {"email": "an@"}, "Thư điện tử: Địa chỉ không đúng", "email"),
    ("contacts", {"letter_date": "2026-11-02"}, "Văn bản cử đầu mối: Xin ghi", "letter"),
    ("categories", {"r0-area": "xa-moi", "r0-agency": "so-noi-vu"}, "“xa-moi” không có trong danh bạ", "by_area"),
    (
        "areas",
        {"valid_from": "2026-11-02", "valid_to": "2026-11-01"},
        "Kết thúc từ ngày: Ngày không đúng",
        "valid_to",
    ),
)
SOUND = {
    "agencies": {"id": "zz-moi", "name": "Sở Mới", "short": "SM", "kind": "department"},
    "areas": {"id": "zz-moi", "name": "Phường Mới", "kind": "ward"},
    "categories": {"id": "zz-moi", "name": "Lĩnh vực mới", "agency": "so-noi-vu"},
    "contacts": {"agency": "so-noi-vu", "role": "leader", "name": "Trần Văn Bình", "order": "1"},
}


async def test_what_is_wrong_is_told_by_its_field_with_the_right_cure(world: World) -> None:
    async with world.signed_in("admin") as browser:
        for folder, typed, says, field in WRONG:
            page = f"{HERE}/{folder}/new"
            refused = await browser.send(page, page, **{**SOUND[folder], **typed})
            assert refused.status == 400 and says in refused.text, (typed, refused.text)
            marked = re.findall(r'id="(\w+)[^"]*"[^>]*aria-invalid="true"', refused.text)
            assert set(marked) == {field}, typed
        for folder, sound in SOUND.items():
            page = f"{HERE}/{folder}/new"
            assert (await browser.send(page, page, **sound)).status == 303, "all else of it was sound"


async def test_a_category_names_who_answers_and_the_preview_says_whom_it_rings(world: World) -> None:
    async with world.signed_in("admin") as browser:
        page = f"{HERE}/categories/traffic"
        hidden = (await browser.get(page)).forms.fields[page]
        rule = {"name": "Giao thông", "agency": "so-xay-dung", "r0-area": "di-an", "r0-agency": "so-noi-vu"}
        assert (await browser.post(page, {**hidden, **rule})).status == 303
        look = f"{HERE}/hunt?category=traffic&at=2026-12-01T09:00"
        assert "Sở Xây dựng trả lời" in (await browser.get(look)).text
        assert re.search("Cơ quan trả lời theo địa bàn: — → .*Dĩ An: Sở Nội vụ", (await browser.get(page)).text), (
            "by names"
        )
        there = await browser.get(f"{look}&area=di-an")
        assert "Sở Nội vụ trả lời" in there.text and "đổ chuông" in there.text
        night = await browser.get(f"{HERE}/hunt?agency=so-xay-dung&at=2026-12-01T23:00")
        assert "ngoài giờ làm việc" in night.text
        assert (await browser.get(f"{HERE}/hunt?agency=nobody")).status == 404
        wrong = await browser.send(page, page, **{**rule, "r0-agency": ""})
        assert wrong.status == 400 and "Chưa chọn cơ quan trả lời" in wrong.text
        assert (await browser.send(page, f"{page}/end", day="2026-03-01", sure="1")).status == 303


async def test_what_is_missing_leads_to_where_it_is_put_right(world: World) -> None:
    async with world.signed_in("admin") as browser:
        shown = await browser.get(f"{HERE}/gaps")
        assert shown.status == 200 and "Đang dùng số mẫu" in shown.text
        links = [one for one in shown.forms.links if one.startswith(f"{HERE}/contacts/")]
        assert links and (await browser.get(links[0])).status == 200


@pytest.mark.parametrize("folder", ["agencies", "areas", "categories", "contacts"])
async def test_every_field_has_its_label_and_what_is_typed_is_text(world: World, folder: str) -> None:
    evil = '"><script>alert(1)</script>'
    async with world.signed_in("admin") as browser:
        page = f"{HERE}/{folder}/new"
        names = [name for _, name in (await browser.get(page)).forms.inputs]
        refused = await browser.send(page, page, **dict.fromkeys(names, evil))
        assert refused.status == 400 and "<script>alert" not in refused.text
        read = refused.forms
        assert {id for id, _ in read.inputs} <= read.labelled and len(read.ids) == len(set(read.ids))
        empty = await browser.send(page, page)
        assert empty.status == 400


async def test_lists_are_searched_without_marks_and_leafed_through(world: World) -> None:
    async with world.signed_in("admin") as browser:
        for typed in ("so xay dung", "SỞ XÂY DỰNG", "Sở xây"):
            page = await browser.get(f"{HERE}/agencies?{urlencode({'words': unicodedata.normalize('NFD', typed)})}")
            assert f"{HERE}/agencies/so-xay-dung" in page.text and "so-noi-vu" not in page.text, typed
        person = world.directory.now.contacts["so-y-te-ld"]
        assert person.mobile.startswith("+84")
        dialled = "0" + person.mobile[3:]
        grouped = f"{dialled[:4]} {dialled[4:7]} {dialled[7:]}"
        for typed in (dialled, grouped, person.mobile, "so y te lanh dao"):
            page = await browser.get(f"{HERE}/contacts?{urlencode({'words': typed})}")
            assert f"{HERE}/contacts/so-y-te-ld" in page.text, typed
        for folder, words in (("categories", "xay dung"), ("areas", "di an")):
            page = await browser.get(f"{HERE}/{folder}?{urlencode({'words': words})}")
            assert "Tìm thấy" in page.text and 'class="list-group-item"' in page.text
        page = await browser.get(f"{HERE}/areas?{urlencode({'words': '<b>không có</b>'})}")
        assert "Không có mục nào khớp" in page.text and "<b>" not in page.text
        more = [
            Area(id=f"khu-{number:03}", name=f"Khu {number:03}", kind=AreaKind.WARD, parent="di-an")
            for number in range(SIZE)
        ]
        await world.directory.change(lambda now: put(now, more), "user:lan")
        first = await browser.get(f"{HERE}/areas?words=khu")
        assert first.text.count('class="list-group-item"') == SIZE and 'rel="next"' not in first.text
        first = await browser.get(f"{HERE}/areas")
        assert first.text.count('class="list-group-item"') == SIZE and 'rel="prev"' not in first.text
        (later,) = [one for one in first.forms.links if "page=2" in one]
        second = await browser.get(later)
        assert 'rel="prev"' in second.text and 'rel="next"' not in second.text
        seen = re.findall(f'href="{HERE}/areas/([a-z0-9-]+)"', first.text + second.text)
        assert len(set(seen) - {"new"}) == len(world.directory.now.areas)
        assert (await browser.get(f"{HERE}/areas?page=999")).text.count('class="list-group-item"') > 0
