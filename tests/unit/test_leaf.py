"""Leafing through a list: forward, and the same way back, however far."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from hotline1022.web.desk.leaf import MOST, Leaf, leaf

SIZE, ROWS = 50, 1_230


@dataclass
class Walk:
    """Somebody in a list of ROWS rows; the cursor of a page is the number of rows before it."""

    now: Leaf
    cursor: str = ""

    def go(self, to: str) -> None:
        given = dict(parse_qsl(to.partition("?")[2], keep_blank_values=True))
        self.cursor = given.get("cursor", "")
        self.now = page(self.cursor, given.get("trail", ""))
        assert given.get("state") == "open"


def page(cursor: str = "", trail: str = "") -> Leaf:
    begins = int(cursor) if cursor else 0
    rows = min(SIZE, ROWS - begins)
    after = f"{begins + rows:08d}" if begins + rows < ROWS else ""
    given = {"state": "open", "words": ""}
    return leaf("/desk/faq", given, cursor=cursor, trail=trail, rows=rows, size=SIZE, after=after)


def test_the_way_back_is_the_way_there() -> None:
    walk = Walk(page())
    assert walk.now.shown == "Đang hiện dòng 1 đến 50" and not walk.now.first and not walk.now.before
    seen = [walk.now.shown]
    for _ in range(MOST):
        walk.go(walk.now.after)
        seen.append(walk.now.shown)
    assert seen[-1] == "Đang hiện dòng 501 đến 550"
    for wanted in reversed(seen[:-1]):
        walk.go(walk.now.before)
        assert walk.now.shown == wanted
    assert not walk.now.before and not walk.cursor


def test_who_goes_back_very_far_is_led_to_the_first_page() -> None:
    walk, pages = Walk(page()), 1
    while walk.now.after:
        walk.go(walk.now.after)
        pages += 1
        assert len(walk.now.after) < 400
    assert pages == 25 and walk.now.shown == "Đang hiện dòng 1.201 đến 1.230"
    back = 0
    while walk.now.before:
        walk.go(walk.now.before)
        back += 1
    assert back == MOST and walk.now.shown == "Đang hiện dòng 701 đến 750"
    walk.go(walk.now.first)
    assert walk.now.shown == "Đang hiện dòng 1 đến 50"


def test_a_link_of_before_leads_on_and_to_the_first() -> None:
    old = page("00000100")
    assert old.shown == "Đang hiện 50 dòng" and old.first and old.after and not old.before
    walk = Walk(old)
    walk.go(old.after)
    assert walk.now.first and walk.now.after
