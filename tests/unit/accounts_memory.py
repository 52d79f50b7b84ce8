"""The door of the desk in memory: cookies that tests give out. The real one is tried in tests/contract/database/test_desk_pages.py."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from hotline1022.accounts.types import Permission, Session, SignedIn, Stage, User
from hotline1022.core.errors import Unavailable


@dataclass
class MemoryDoor:
    """Knows the sessions that were put into it."""

    sessions: dict[str, SignedIn] = field(default_factory=dict)

    async def find(self, token: str) -> SignedIn | None:
        return self.sessions.get(token)

    def let_in(
        self,
        login: str,
        permissions: frozenset[Permission],
        at: datetime,
        *,
        person: str = "",
        contact: str = "",
        stage: Stage = Stage.FULL,
    ) -> str:
        """The cookie of somebody who may do this."""
        user = User(
            id=sha256(login.encode()).hexdigest()[:16],
            login=login,
            name=f"Người {login}",
            roles=frozenset({login}),
            person=person,
            contact=contact,
            created_at=at,
        )
        session = Session(
            id=user.id, user=user.id, stage=stage, made_at=at, seen_at=at, ends_at=at + timedelta(hours=12),
            origin="127.0.0.1", browser="",
        )  # fmt: skip
        cookie = base64.urlsafe_b64encode(sha256(login.encode()).digest()).decode().rstrip("=")
        self.sessions[cookie] = SignedIn(user=user, session=session, permissions=permissions)
        return cookie

    def __getattr__(self, name: str) -> Any:
        raise Unavailable("the accounts are away")
