"""The settings of the audit's chain: stamps, second place, nightly look; each field says its unit and default. Refuses nothing
itself.
"""

from dataclasses import dataclass, field

from hotline1022.service.settings.fields import a_number

#: keys that name a file or a folder
AUDIT_FILES = frozenset({"tsa_roots", "second_place", "keys"})
_ADDRESS = r"([A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The chain of what people and the system did."""

    #: address of a time-stamping authority (RFC 3161); "" = stamps are signed with our own key
    tsa_url: str = field(
        default="", metadata={"pattern": r"(https?://[^\s]{3,200})?", "shape": "https://…, http://… or nothing"}
    )
    #: PEM file of the authorities that its certificate must lead to; needed with tsa_url
    tsa_roots: str = ""
    #: seconds that the authority may take; 20
    tsa_seconds: int = a_number(20, 1, 120)
    #: folder on another machine, such as a mounted share, where stamps are written too; "" = data/stamps
    second_place: str = ""
    #: address that each stamp is sent to by email; "" = none
    mail_to: str = field(default="", metadata={"pattern": _ADDRESS, "shape": "an address such as audit@example.vn"})
    #: folder of the key that signs; "" = data/keys
    keys: str = ""
    #: calls that the nightly look takes by chance, beside those of the day; 200
    nightly_calls: int = a_number(200, 0, 100000)
