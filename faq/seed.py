"""The examples that come with the product. Refuses to look like an agency's own answers: each says that nobody approved it."""

import tomllib
import unicodedata
from collections.abc import Sequence
from importlib.resources import files

from hotline1022.faq.types import Text

MARK = "VÍ DỤ, CHƯA ĐƯỢC CƠ QUAN DUYỆT. "


def examples() -> Sequence[tuple[str, Text]]:
    """Id of an agency, and the text."""
    raw = (files("hotline1022.faq") / "seed.toml").read_text(encoding="utf-8")
    found = []
    for one in tomllib.loads(unicodedata.normalize("NFC", raw))["faq"]:
        agency = one.pop("agency")
        found.append((agency, Text(**one | {"answer": MARK + one["answer"]})))
    return found
