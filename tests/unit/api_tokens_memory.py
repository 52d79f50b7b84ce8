"""API tokens in memory, behind the port of those who make and end them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hotline1022.core.errors import NotFound
from hotline1022.service.accounts.token_desk import check_scopes
from hotline1022.web.tokens_wire import ApiToken
from hotline1022.web.types import Scope
from tests.unit.calls_memory import NOW

TOKEN = "b" * 16
TEXT = "hl1022_of-a-test"
BODIES = {"/api/tokens": {"name": "Cổng thông tin", "scopes": ["read"]}}


@dataclass
class MemoryApiTokens:
    rows: list[ApiToken] = field(
        default_factory=lambda: [
            ApiToken(
                id=TOKEN,
                name="Trang dịch vụ công",
                scopes=(Scope.READ,),
                contact="",
                made_at=NOW,
                made_by="user:lan",
                last_used_at=NOW,
                revoked_at=None,
                revoked_why="",
            )
        ]
    )

    async def list(self) -> Sequence[ApiToken]:
        return self.rows

    async def add(self, name: str, scopes: frozenset[Scope], contact: str, by: str) -> tuple[ApiToken, str]:
        check_scopes(scopes, contact)
        id, words = f"{len(self.rows):016x}", tuple(sorted(scopes))
        made = replace(self.rows[0], id=id, name=name, scopes=words, contact=contact, made_by=by, last_used_at=None)
        self.rows.append(made)
        return made, TEXT

    async def revoke(self, id: str) -> ApiToken:
        for place, one in enumerate(self.rows):
            if one.id == id:
                self.rows[place] = replace(one, revoked_at=NOW)
                return self.rows[place]
        raise NotFound(f"there is no token {id}; the list has them", error_id="token-not-found")
