"""What directory/ tells others. Refuses nothing itself."""

from datetime import date
from typing import Protocol

from hotline1022.directory.types import Contact


class Ended(Protocol):
    """Whoever keeps accounts, sessions or links of contact points."""

    async def __call__(self, contact: Contact, day: date) -> None:
        """This contact point is out since `day` or earlier: end all that it could do.

        Told after the change is written, at the day on which an end falls due, and of everybody who is out at each
        start of the service; so telling it twice must change nothing.
        """
        ...
