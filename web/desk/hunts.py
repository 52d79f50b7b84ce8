"""A hunt for somebody at an agency as rows of a page: who rings, for how long, who is left out and why. Refuses nothing."""

from collections.abc import Iterable
from typing import Any

from hotline1022.directory.types import HuntStep
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import words


def ring_rows(steps: Iterable[HuntStep]) -> list[dict[str, Any]]:
    """In the order in which they are rung."""
    say = words()
    return [
        {
            "name": one.name or say("directory.nobody"),
            "role": say(f"contact-role.{one.role}"),
            "which": say(f"which.{one.which}"),
            "number": said_number(one.number),
            "seconds": one.seconds,
            "skip": say(f"skip.{one.skip}") if one.skip else "",
        }
        for one in steps
    ]
