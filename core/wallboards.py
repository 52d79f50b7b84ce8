"""Addresses for televisions: values. Pure; refuses nothing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallboard:
    """One address: its key, 256 random bits, is nowhere but on the screen."""

    id: str
    #: where it hangs, NFC
    name: str
    made_at: datetime
    #: who made it, as the audit names them
    made_by: str
    #: None: it opens
    revoked_at: datetime | None = None
