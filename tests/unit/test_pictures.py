"""The pictures of the README say of which templates they are, so that it is told when a page has become another since."""

import json
import re
from pathlib import Path
from shutil import copytree

from tests.lab.pictures import HOUSE, PAGES, SHOWS, older, shown

FOLDER = HOUSE / "docs" / "pictures"


def test_each_picture_of_the_readme_says_what_it_shows() -> None:
    there = {one.name for one in FOLDER.glob("*.png")}
    written = json.loads((FOLDER / PAGES).read_text(encoding="utf-8"))
    named = re.findall(r"docs/pictures/([^)]+\.png)", (HOUSE / "README.md").read_text(encoding="utf-8"))
    assert there == set(SHOWS) == set(written) == set(named)
    for picture in there:
        assert len(shown(picture)) >= 2, f"{picture} shows no page: mend SHOWS"


def test_a_page_that_became_another_makes_its_pictures_old(tmp_path: Path) -> None:
    for part in ("pages", "static"):
        copytree(HOUSE / "web" / part, tmp_path / "web" / part)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / PAGES).write_text(json.dumps({one: shown(one, tmp_path) for one in SHOWS}), encoding="utf-8")
    assert older(folder, tmp_path) == {}
    page = tmp_path / "web" / "pages" / "desk" / "wall.html"
    page.write_text(page.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert older(folder, tmp_path) == {"5-wall.png": ["web/pages/desk/wall.html"]}
