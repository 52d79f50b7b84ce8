"""What a user may do now, by the rows of the roles. Refuses nothing itself."""

from hotline1022.accounts.rights import Rights, united
from hotline1022.accounts.types import User
from hotline1022.db.unit import Work


async def rights_of(tx: Work, user: User) -> Rights:
    """Of all roles together."""
    return united(await tx.accounts.allowed(user.roles), contact=bool(user.contact))
