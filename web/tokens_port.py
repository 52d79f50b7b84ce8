"""What pages and API need to make and end API tokens; the composition root hands it in. Errors: Invalid `name-invalid`, `scope-none`,
`scope-invalid`, NotFound `contact-unknown`, `token-not-found`, Refused `token-exists`, Unavailable.
"""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.web.tokens_wire import ApiToken
from hotline1022.web.types import Scope


class ApiTokens(Protocol):
    """Tokens of programs."""

    async def list(self) -> Sequence[ApiToken]:
        """All, those that are valid first, the latest first."""
        ...

    async def add(self, name: str, scopes: frozenset[Scope], contact: str, by: str) -> tuple[ApiToken, str]:
        """Another one, and its text, which is kept nowhere; `contact`: "" = nobody's."""
        ...

    async def revoke(self, id: str) -> ApiToken:
        """It opens nothing from now on; a door that has just let it in does so for some seconds more."""
        ...
