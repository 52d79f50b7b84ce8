"""The settings of disclosure: links by which packages are fetched; each field says its unit and default. Refuses nothing itself."""

from dataclasses import dataclass, field

from hotline1022.service.settings.fields import a_number


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureSettings:
    """Packages that are handed out."""

    #: address in front of the secret of a link, such as "https://1022.example.vn/g/"; "" = no links are made
    link_address: str = field(
        default="", metadata={"pattern": r"(https://[^\s]{3,150}/)?", "shape": "https://…/ or nothing"}
    )
    #: days that a link is good for, never longer than the package; 7
    link_days: int = a_number(7, 1, 30)
    #: times that the package may be fetched by one link; 3
    link_downloads: int = a_number(3, 1, 100)
