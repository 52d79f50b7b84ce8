"""What was typed comes back into its form: every kind of field, nothing that is secret, nothing into another form, text stays text."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.web.desk.kept import KEPT, OF_ALL, OF_ONE, SECRETS, Kept, KeptForms
from hotline1022.web.desk.refill import refill

PAGES = Path(__file__).parents[2] / "web" / "pages"
NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
PAGE = """<!doctype html>
<p>A &amp; B &#8211; <b>C</b></p><!-- note -->
<form method="get" action="/desk/x"><input name="name" value="elsewhere"></form>
<form method="post" action="/desk/x">
<input type="hidden" name="csrf" value="new"><input type="hidden" name="version" value="3">
<input name="name" value="old &quot;one&quot;" required>
<input type="password" name="password" value="">
<textarea name="why" rows="2">
before &amp; after</textarea>
<select name="agency"><option value="">none</option><option value="a" selected>A</option><option value="b">B</option></select>
<input type="checkbox" name="role" value="agent" checked><input type="checkbox" name="role" value="auditor">
<input type="radio" name="kind" value="x" checked><input type="radio" name="kind" value="y">
<input name="start" value=""><input name="start" value="">
<button type="submit" name="act" value="save">Save</button>
</form>
"""


def kept(*pairs: tuple[str, str], **more: object) -> Kept:
    given = {"user": "u", "page": "/desk/x", "action": "/desk/x", "pairs": pairs, "files": False, "until": NOW + KEPT}
    return Kept(**given | more)  # type: ignore[arg-type]


def test_every_kind_of_field_is_filled_in() -> None:
    evil = '"><script>alert(1)</script>'
    html, left = refill(
        PAGE,
        kept(
            ("version", "2"), ("name", evil), ("why", f"\ndòng 1\n</textarea>{evil}"), ("agency", "b"), ("role", "auditor"),
            ("kind", "y"), ("start", "1:00"), ("start", "2:00"), ("act", "save"),
        ),
    )  # fmt: skip
    assert not left and "<script" not in html
    assert '<input name="name" value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" required>' in html
    assert '<textarea name="why" rows="2">\n\ndòng 1\n&lt;/textarea&gt;' in html and "before" not in html
    assert '<option value="a">' in html and '<option value="b" selected>' in html
    assert 'value="agent">' in html and 'value="auditor" checked>' in html
    assert 'value="x">' in html and 'value="y" checked>' in html
    assert re.findall('name="start" value="([^"]*)"', html) == ["1:00", "2:00"]
    assert 'name="version" value="2"' in html, "who changed it meanwhile is told of"
    assert 'name="csrf" value="new"' in html and 'value="elsewhere"' in html
    assert html.startswith("<!doctype html>\n<p>A &amp; B &#8211; <b>C</b></p><!-- note -->")


def test_a_page_without_the_form_gives_the_texts_back() -> None:
    html, left = refill(PAGE, kept(("why", "Đường hỏng nặng"), ("act", "save"), action="/desk/gone"))
    assert html == PAGE and left == ["Đường hỏng nặng"]
    html, left = refill(PAGE, kept(("name", "An"), ("answer", "Đã sửa xong")))
    assert 'name="name" value="An"' in html and left == ["Đã sửa xong"]


def test_of_two_forms_with_one_address_it_is_the_one_with_these_fields() -> None:
    page = (
        '<form method="post" action="/a"><input name="x"></form><form method="post" action="/a"><input name="y"></form>'
    )
    html, left = refill(page, kept(("y", "1"), action="/a"))
    assert html.count('value="1"') == 1 and html.endswith('<input name="y" value="1"></form>') and not left


def test_a_store_keeps_little_for_its_user_alone_and_not_for_long() -> None:
    store = KeptForms()
    store.put(kept(("a", "1")))
    assert store.take("other", "/desk/x", NOW) == store.take("u", "/desk/y", NOW) == []
    assert store.take("u", "/desk/x", NOW + KEPT) == []
    store.put(kept(("a", "1")))
    store.put(kept(("a", "2")))
    store.put(kept(("b", "3"), action="/desk/other"))
    assert [one.pairs for one in store.take("u", "/desk/x", NOW)] == [(("a", "2"),), (("b", "3"),)]
    assert store.take("u", "/desk/x", NOW) == [], "once"
    for number in range(OF_ONE + 1):
        store.put(kept(page=f"/desk/{number}"))
    assert store.take("u", "/desk/0", NOW) == [] and store.take("u", "/desk/1", NOW)
    for number in range(OF_ALL + 1):
        store.put(kept(user=f"u{number}"))
    assert store.take("u0", "/desk/x", NOW) == [] and store.take(f"u{OF_ALL}", "/desk/x", NOW)
    assert store.take("u1", "/desk/x", NOW + timedelta(minutes=29))


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.html")), ids=lambda path: str(path.name))
def test_no_secret_is_among_what_is_kept(page: Path) -> None:
    for tag in re.findall(r"<input[^>]*>", page.read_text(encoding="utf-8")):
        if 'type="password"' in tag:
            (name,) = re.findall(r' name="([^"]*)"', tag)
            assert name in SECRETS, "write its name into SECRETS of web/desk/kept.py"
