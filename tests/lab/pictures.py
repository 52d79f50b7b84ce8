"""Makes pictures of pages small, and writes down of which templates and style sheets they are: `python -m tests.lab.pictures FROM TO`;
with `--older TO`, which pictures are of others than there are now. A page has few colours, so a palette loses nothing that is seen.
Refuses to keep one that stays large.
"""

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tests.lab.ffmpeg import run

#: bytes of a picture at most
MOST = 150_000
HOUSE = Path(__file__).parents[2]
#: beside the pictures: picture → file of a page → hash of it
PAGES = "pages.json"
_DESK = ("desk/frame.html", "desk/base.html", "../static/desk.css")
#: picture → what it shows, below web/pages
SHOWS: Mapping[str, tuple[str, ...]] = {
    "1-ring.png": ("desk/agent*.html", *_DESK),
    "2-transfer.png": ("desk/agent*.html", *_DESK),
    "3-link.png": ("ticket.html", "base.html", "page.css"),
    "4-supervision.png": ("desk/supervision.html", "desk/supervision-now.html", "desk/supervision-tabs.html", *_DESK),
    "5-wall.png": ("desk/wall.html", "../static/wall.css"),
    "6-recording.png": ("desk/listen.html", "desk/audit-macros.html", *_DESK),
}
_COLOURS = "split[a][b];[a]palettegen=max_colors=128:reserve_transparent=0[p];[b][p]paletteuse=dither=none"


def shrink(source: Path, target: Path) -> int:
    """Write it with a palette; how many bytes that are. AssertionError for more than MOST."""
    run("-y", "-i", str(source), "-vf", _COLOURS, "-compression_level", "9", "-pred", "mixed", str(target))
    size = target.stat().st_size
    assert size <= MOST, f"{target} has {size} bytes; show less on it, or take a smaller window"
    return size


def main(source: Path, target: Path) -> None:
    """All of a folder; what else was in the other one goes."""
    found = sorted(source.glob("*.png"))
    assert found, f"there is no picture in {source}"
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.png"):
        old.unlink()
    assert {one.name for one in found} == set(SHOWS), "name in SHOWS what each picture shows"
    written = {one.name: shown(one.name) for one in found}
    (target / PAGES).write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for one in found:
        print(f"{target / one.name}  {shrink(one, target / one.name) // 1000} kB")


def shown(picture: str, house: Path = HOUSE) -> dict[str, str]:
    """The files of the page that it shows, as they are now, each with its hash."""
    room = house / "web" / "pages"
    files = {file.resolve() for one in SHOWS[picture] for file in room.glob(one)}
    return {
        file.relative_to(house.resolve()).as_posix(): sha256(file.read_bytes()).hexdigest()[:16]
        for file in sorted(files)
    }


def older(target: Path, house: Path = HOUSE) -> dict[str, list[str]]:
    """Pictures of pages that are others now → what is another."""
    written = json.loads((target / PAGES).read_text(encoding="utf-8"))
    found = {}
    for picture in SHOWS:
        then, now = written.get(picture, {}), shown(picture, house)
        if other := sorted(file for file in {*then, *now} if then.get(file) != now.get(file)):
            found[picture] = other
    return found


if __name__ == "__main__":
    if sys.argv[1] == "--older":
        old = older(Path(sys.argv[2]))
        for picture, files in old.items():
            print(f"{picture} is older than {', '.join(files)}")
        sys.exit("make them again: scripts/pictures" if old else 0)
    main(*map(Path, sys.argv[1:3]))
