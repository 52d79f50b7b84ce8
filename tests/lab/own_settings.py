"""What commands find for settings in a test: what the test gives them, and nothing of the machine's. Keeps nothing."""

import os

import pytest

#: where the house itself lies: it is the same for all
ROOT = "HOTLINE1022_ROOT"


def own_settings(patch: pytest.MonkeyPatch, **given: object) -> None:
    """`PATHS_DATA=folder` is `HOTLINE1022_PATHS_DATA` in the environment, until `patch` is undone."""
    for one in [one for one in os.environ if one.startswith("HOTLINE1022_") and one != ROOT]:
        patch.delenv(one)
    for name, value in given.items():
        patch.setenv(f"HOTLINE1022_{name}", str(value))
