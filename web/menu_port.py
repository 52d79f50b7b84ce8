"""What pages and API need of the menu; the composition root hands it in. Errors as in ports.py."""

from collections.abc import Sequence
from typing import Protocol

from hotline1022.ivr.types import MenuDraft, MenuSteps, MenuVersion
from hotline1022.web.menu_edit_wire import MenuChangeBody, MenuChanged
from hotline1022.web.menu_wire import (
    Checked,
    MenuDraftBody,
    MenuNow,
    PublishBody,
    Published,
    TryBody,
    VersionDetail,
    Way,
)


class MenuPort(Protocol):
    """The menu that callers hear, its versions and its draft."""

    async def now(self) -> MenuNow:
        """What is in force."""
        ...

    async def versions(self, limit: int) -> Sequence[MenuVersion]:
        """Latest first."""
        ...

    async def version(self, number: int) -> VersionDetail:
        """One; NotFound `menu-version-unknown`."""
        ...

    async def draft(self) -> MenuDraft | None:
        """The one there is."""
        ...

    async def save_draft(self, wanted: MenuDraftBody, by: str) -> MenuDraft:
        """Keep it over the revision that was seen; Refused `menu-draft-changed`, `menu-draft-gone`."""
        ...

    async def drop_draft(self, seen: int) -> None:
        """Take it away; Refused `menu-draft-changed`, `menu-draft-gone`."""
        ...

    async def check(self, text: str) -> Checked:
        """What is wrong with it, and what is odd; changes nothing."""
        ...

    async def steps(self, text: str) -> MenuSteps:
        """A text as its parts, also one that is no menu yet; Invalid `menu-not-toml`."""
        ...

    async def recording(self, kind: str, id: str) -> str:
        """The name of the recording that callers hear in place of a text of `menus`, `information`, `prompts` or `sounds`; "" = none."""
        ...

    async def change(self, wanted: MenuChangeBody) -> MenuChanged:
        """The text with one thing changed, every other character as it was; nothing is kept.

        Invalid `menu-not-toml`, `menu-form-unfit`, `menu-key-twice`, `menu-step-id`, `menu-change-which`, `menu-long`; NotFound
        `menu-step-unknown`; Refused `menu-step-used`, `menu-step-first`.
        """
        ...

    async def publish(self, wanted: PublishBody, by: str) -> Published:
        """Put it in force; calls go on. An error changes nothing.

        Invalid `menu-invalid` with a line for each fault, `menu-sounds` when a text cannot be spoken; Refused `menu-changed`,
        `menu-draft-changed`, `menu-draft-gone`, `menu-same`.
        """
        ...

    async def walk(self, wanted: TryBody) -> Way:
        """Where keys lead; Invalid `menu-invalid`, NotFound `menu-version-unknown`. Saves nothing."""
        ...
