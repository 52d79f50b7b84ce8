"""Fields of settings with the rules that check.py holds them against. Refuses nothing itself."""

from dataclasses import field
from typing import Any


def a_text(default: str = "", **rules: Any) -> Any:
    """A text; `rules` as check.py knows them."""
    return field(default=default, metadata=rules)


def a_number(default: int, low: int, high: int) -> Any:
    """A whole number from `low` to `high`."""
    return field(default=default, metadata={"low": low, "high": high})


def a_port(default: int, *, off: bool = False) -> Any:
    """A port that only one thing listens at; `off`: 0 is none."""
    return field(default=default, metadata={"low": 0 if off else 1, "high": 65535, "port": True})


def a_secret(**rules: Any) -> Any:
    """A text that is shown nowhere."""
    return field(default="", repr=False, metadata={"secret": True, **rules})
