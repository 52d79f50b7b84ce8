"""Two who fill in one form: what the second had not touched follows the first, the rest stays, and both are told."""

import pytest

from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.meanwhile import Field, Filled, fill, merge

FIELDS = {
    "name": Field(label="Tên"),
    "text": Field(label="Nội dung"),
    "urgent": Field(label="Khẩn"),
    "roles": Field(label="Vai trò", names={"admin": "Quản trị", "agent": "Điện thoại viên"}),
}
READ = {"name": "Lan", "text": "Một\nHai", "urgent": False, "roles": frozenset({"admin", "leader"})}


def merged(now: dict[str, object], typed: dict[str, object], *, read: str | None = None) -> Filled:
    form = Form(pairs=(("read", fill(READ).read if read is None else read),))
    return merge(form, READ | now, READ | typed, FIELDS)


def said(filled: Filled) -> list[tuple[str, str, bool]]:
    return [(one.label, one.said, one.kept) for one in filled.changes]


def test_what_was_not_touched_follows() -> None:
    now = {"name": "Minh", "urgent": True, "roles": frozenset({"leader", "agent"})}
    done = merged(now, {"text": "Ba"})
    assert done.values == READ | now | {"text": "Ba"}
    assert said(done) == [
        ("Tên", "nay là “Minh”.", False),
        ("Khẩn", "đã chọn.", False),
        ("Vai trò", "đã thêm Điện thoại viên. đã bỏ Quản trị.", False),
    ]
    assert done.read == fill(READ | now).read, "the next press has seen it"


def test_what_both_changed_stays_as_typed_and_is_told() -> None:
    done = merged({"name": "", "text": "Bốn"}, {"name": "Hoa", "text": "Ba"})
    assert done.values == READ | {"name": "Hoa", "text": "Ba"}
    assert said(done) == [("Tên", "nay để trống.", True), ("Nội dung", "nay là “Bốn”.", True)]


def test_each_choice_is_one_for_itself() -> None:
    done = merged({"roles": frozenset({"leader"})}, {"roles": frozenset({"admin", "leader", "agent"})})
    assert done.values["roles"] == {"leader", "agent"}, "taken away by one, added by the other"
    assert said(done) == [("Vai trò", "đã bỏ Quản trị.", False)]


def test_the_same_by_both_and_other_ends_of_lines_are_no_change() -> None:
    done = merged({"name": "Minh"}, {"name": "Minh", "text": "Một\r\nHai"})
    assert done.values == READ | {"name": "Minh"} and not done.changes


@pytest.mark.parametrize("read", ["", "[]", "{", "[" * 5000, '{"roles":1}'])
def test_of_a_form_that_does_not_say_what_it_had_read_all_counts_as_typed(read: str) -> None:
    done = merged({"name": "Minh", "roles": frozenset({"agent", "leader"})}, {}, read=read)
    assert done.values == READ, "nothing typed is thrown away"
    assert said(done) == [
        ("Tên", "nay là “Minh”.", True),
        ("Vai trò", "đã thêm Điện thoại viên. đã bỏ Quản trị.", True),
    ]
