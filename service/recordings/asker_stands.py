"""Whether somebody to whom a right was given still has what it hangs on: a token that is valid, or a session that is open and
whose user may do it now. Refuses nothing itself.
"""

from datetime import datetime

from hotline1022.accounts.types import Permission, Stage
from hotline1022.db.unit import Work
from hotline1022.web.asker import SESSION


async def stands(tx: Work, asker: str, needs: Permission, at: datetime) -> bool:
    """By web.asker.Asker.id; a token keeps its scopes as long as it is valid, a user's roles may change."""
    if not asker.startswith(SESSION):
        return await tx.tokens.valid(asker)
    session = await tx.sessions.of_id(asker.removeprefix(SESSION), at)
    if session is None or session.stage is not Stage.FULL:
        return False
    user = await tx.accounts.user(session.user)
    return user.active and needs in await tx.accounts.permissions(user.roles)
