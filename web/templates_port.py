"""What pages and API need of the texts of messages; the composition root hands it in. Errors as in ports.py."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.notify.types import TemplateVersion, Wording
from hotline1022.web.templates_wire import TemplateChecked, TemplateDetail, TemplateRow


class TemplatesPort(Protocol):
    """What messages say. A name that is none is NotFound `template-unknown`."""

    async def list(self) -> Sequence[TemplateRow]:
        """All, by name."""
        ...

    async def get(self, name: str) -> TemplateDetail:
        """One, with its versions."""
        ...

    async def check(self, name: str, wording: Wording) -> TemplateChecked:
        """What is wrong with it, and what people would get; changes nothing."""
        ...

    async def save(self, name: str, wording: Wording, *, seen: int, note: str, by: str) -> TemplateVersion:
        """Put it in force; messages that wait keep their text. Invalid `template-invalid`, Refused `template-changed`,
        `template-same`.
        """
        ...

    async def back(self, name: str, number: int, *, seen: int, note: str, by: str) -> TemplateVersion:
        """An earlier version again, or with 0 the file's, which then leads. The same errors, NotFound `template-version-unknown`."""
        ...
