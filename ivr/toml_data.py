"""Reads a TOML text into its values. Refuses (TOMLDecodeError) all that is none, also what tomllib itself stumbles over."""

import tomllib
from typing import Any


def data_of(text: str) -> dict[str, Any]:
    """Its values. TOMLDecodeError whatever is wrong: one odd text must not break what looks at it."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # thousands of digits: int() refuses them, not tomllib
        raise tomllib.TOMLDecodeError("a number has too many digits") from error
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("too many brackets stand within each other") from error
