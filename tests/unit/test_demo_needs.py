"""The demo starts with what its own lock file names: a newcomer runs it before any test was set up."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

TOP = Path(__file__).parents[2]
_WITHOUT = """
import sys
sys.path.insert(0, {scripts!r})

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Without())
import demo
"""


def test_the_demo_needs_no_package_of_the_tests_alone() -> None:
    of_tests = _named("test") - _named("demo")
    missing = {
        module for module, owners in packages_distributions().items() if {_plain(one) for one in owners} <= of_tests
    }
    assert {"pytest", "hypothesis"} <= missing and "numpy" not in missing
    code = _WITHOUT.format(scripts=str(TOP / "scripts"), missing=missing)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr


def _named(lock: str) -> set[str]:
    text = (TOP / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return {_plain(one) for one in re.findall(r"(?m)^([\w.-]+)==", text)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
