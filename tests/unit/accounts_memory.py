"""A desk into which nobody is signed in; the real one is tried in tests/contract/database/test_desk_pages.py."""

from typing import Any

from hotline1022.core.errors import Unavailable


class ShutDoor:
    """Knows no session."""

    async def find(self, token: str) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        raise Unavailable("the accounts are away")
