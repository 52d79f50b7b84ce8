"""Addresses for televisions in memory behind the API's port: one opens, one is revoked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.wallboards import Wallboard
from tests.unit.calls_memory import NOW

KEY, OLD = "K" * 43, "O" * 43
FIRST = Wallboard(id="b" * 16, name="Phòng trực", made_at=NOW, made_by="user:admin")


@dataclass
class MemoryWallboards:
    walls: dict[str, Wallboard] = field(
        default_factory=lambda: {KEY: FIRST, OLD: replace(FIRST, id="c" * 16, name="Sảnh", revoked_at=NOW)}
    )

    async def list(self) -> Sequence[Wallboard]:
        return list(self.walls.values())

    async def add(self, name: str, by: str) -> tuple[Wallboard, str]:
        if name in {one.name for one in self.walls.values() if not one.revoked_at}:
            raise Refused("there is one already; choose another name", error_id="wallboard-exists")
        key = "N" * 43
        self.walls[key] = Wallboard(id="d" * 16, name=name, made_at=NOW, made_by=by)
        return self.walls[key], key

    async def opens(self, key: str) -> bool:
        return key in self.walls and self.walls[key].revoked_at is None

    async def revoke(self, id: str) -> Wallboard:
        for key, one in self.walls.items():
            if one.id == id:
                self.walls[key] = replace(one, revoked_at=one.revoked_at or NOW)
                return self.walls[key]
        raise NotFound("there is no such address; look in the list", error_id="wallboard-unknown")
