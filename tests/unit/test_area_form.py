"""Who answers by area as rows of a form: what is kept comes back, what is wrong is told in its row, buttons change rows."""

import pytest

from hotline1022.web.desk import area_form, rows_form
from hotline1022.web.desk.area_form import AreaRow
from hotline1022.web.desk.forms import Form

AREAS, AGENCIES = {"di-an": "Dĩ An", "thuan-an": "Thuận An"}, {"so-noi-vu": "Sở Nội vụ", "so-y-te": "Sở Y tế"}


def form(*rows: AreaRow, do: str = "") -> Form:
    pairs = [(f"r{place}-{name}", getattr(row, name)) for place, row in enumerate(rows) for name in AreaRow._fields]
    return Form(pairs=(*pairs, ("do", do)))


def test_rows_come_back_as_they_were_chosen_half_ones_too() -> None:
    rows = [AreaRow("di-an", "so-noi-vu"), AreaRow("thuan-an"), AreaRow("", "so-y-te"), AreaRow()]
    assert area_form.typed_rows(form(*rows)) == rows
    assert area_form.rows_of(area_form.text_of(rows)) == rows[:3]
    assert area_form.text_of(rows[:1]) == "di-an so-noi-vu", "as the API takes it"
    assert area_form.said("di-an so-noi-vu\nweg so-y-te", AREAS | AGENCIES) == "Dĩ An: Sở Nội vụ; weg: Sở Y tế"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([AreaRow("di-an", "so-noi-vu"), AreaRow("thuan-an")], {1: "Chưa chọn cơ quan trả lời."}),
        ([AreaRow("", "so-y-te")], {0: "Chưa chọn địa bàn."}),
        ([AreaRow("xa-moi", "so-y-te")], {0: "“xa-moi” không có"}),
        ([AreaRow("di-an", "so-moi")], {0: "“so-moi” không có"}),
        ([AreaRow("di-an", "so-y-te"), AreaRow(), AreaRow("di-an", "so-noi-vu")], {0: "ở dòng khác", 2: "ở dòng khác"}),
        ([AreaRow(), AreaRow("di-an", "so-y-te")], {}),
    ],
)
def test_what_is_wrong_is_told_in_its_row(rows: list[AreaRow], says: dict[int, str]) -> None:
    found = area_form.faults(rows, AREAS, AGENCIES)
    assert found.keys() == says.keys()
    assert all(text in found[place] for place, text in says.items())


@pytest.mark.parametrize(
    ("button", "areas", "shown"),
    [("by_area-add", ["di-an", "thuan-an"], 3), ("by_area-drop-0", ["thuan-an"], 1), ("", ["di-an", "thuan-an"], 2)],
)
def test_buttons_change_rows(button: str, areas: list[str], shown: int) -> None:
    done = rows_form.done(form(AreaRow("di-an", "so-y-te"), AreaRow("thuan-an", "so-y-te"), do=button))
    assert [row.area for row in area_form.rows_of(done.by_area)] == areas
    assert len(done.shown("by_area")) == shown


def test_as_many_rows_as_a_form_may_have_and_the_last_of_them_goes_too() -> None:
    many = [AreaRow(f"a{number}", "so-y-te") for number in range(area_form.MOST)]
    assert len(rows_form.done(form(*many, do="by_area-add")).shown("by_area")) == area_form.MOST
    more = [*many, *many[:5]]
    assert len(rows_form.done(form(*more, do=f"by_area-drop-{len(more) - 1}")).shown("by_area")) == len(more) - 1
