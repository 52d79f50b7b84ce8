"""The prompts that all tests hear: spoken once, kept between runs, spoken anew when the code that speaks them has changed.

`python -m tests.lab.prompts` speaks them, with progress.
"""

import hashlib
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from hotline1022.core.errors import ConfigError
from hotline1022.ivr.espeak import find_espeak
from hotline1022.ivr.load import shipped
from hotline1022.ivr.prompt_files import MANIFEST
from hotline1022.ivr.prompts import Progress, build, progress_text

T = TypeVar("T")
TOP = Path(__file__).parents[2]
PROMPTS = TOP / ".pytest_cache" / "prompts"
#: what was at work when they were spoken; the manifest knows the texts and the voice, not the code
_CODE = (
    "audio.py",
    "espeak.py",
    "music.py",
    "numbers.py",
    "prompt_files.py",
    "prompt_jobs.py",
    "prompts.py",
    "sounds.py",
)
_STAMP = ".spoken-by"


@cache
def kept_prompts(watch: Progress | None = None) -> Path:
    """The folder, with every prompt of the shipped menu in it. Blocks while they are spoken."""
    code = hashlib.sha256(b"".join((TOP / "ivr" / name).read_bytes() for name in _CODE)).hexdigest()
    PROMPTS.mkdir(parents=True, exist_ok=True)
    stamp = PROMPTS / _STAMP
    if not stamp.exists() or stamp.read_text(encoding="ascii") != code:
        (PROMPTS / MANIFEST).unlink(missing_ok=True)
    patiently(lambda: build(shipped(), PROMPTS, None, find_espeak(), watch))
    stamp.write_text(code, encoding="ascii")
    return PROMPTS


def patiently(work: Callable[[], T]) -> T:
    """Do it, also when another run of the tests speaks these prompts just now."""
    for _ in range(480):
        try:
            return work()
        except ConfigError as error:
            if error.error_id != "prompts-busy":
                raise
            time.sleep(0.5)
    raise AssertionError("another run has been speaking the prompts for four minutes")


if __name__ == "__main__":
    kept_prompts(lambda done, total: print(f"\r  {progress_text(done, total)}", end="", file=sys.stderr))
    print(file=sys.stderr)
