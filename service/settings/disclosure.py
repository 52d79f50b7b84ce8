"""The settings of disclosure: links by which packages are fetched; each field says its unit and default. Refuses nothing itself."""

from dataclasses import dataclass, field
from typing import Any


def _whole(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureSettings:
    """Packages that are handed out."""

    #: address in front of the secret of a link, such as "https://1022.example.vn/g/"; "" = no links are made
    link_address: str = field(
        default="", metadata={"pattern": r"(https://[^\s]{3,150}/)?", "shape": "https://…/ or nothing"}
    )
    #: days that a link is good for, never longer than the package; 7
    link_days: int = _whole(7, 1, 30)
    #: times that the package may be fetched by one link; 3
    link_downloads: int = _whole(3, 1, 100)
