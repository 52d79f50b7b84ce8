"""Makes pictures of pages small: `python -m tests.lab.pictures FROM TO`. A page has few colours, so a palette loses nothing that is
seen. Refuses to keep one that stays large.
"""

import sys
from pathlib import Path

from tests.lab.ffmpeg import run

#: bytes of a picture at most
MOST = 150_000
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
    for one in found:
        print(f"{target / one.name}  {shrink(one, target / one.name) // 1000} kB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
