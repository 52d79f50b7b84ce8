"""The desk of an auditor with more roles, and what a person does there: gives a reason, asks for a disclosure, decides. Keeps nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission
from tests.contract.database.desk_world import Browser, Shown
from tests.lab.audit_desk import Audited, open_audit

EVIL = "<script>window.bad=1</script><img src=x onerror=window.bad=2>"
REASON = {"reason": "complaint", "text": "Đơn số 14 của bà Lan", "what": "stereo", "format": "wav"}
LETTER = {
    "unit": f"Công an {EVIL}", "letter": "12/CSĐT", "letter_date": "2026-11-24", "person": "Trần Văn Bình", "why": "Xác minh tin báo",
    "start": "", "end": "", "bleeps": "",
}  # fmt: skip


@pytest.fixture
async def audited(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(address, tmp_path, monkeypatch) as made:
        await made.desk.admin.add_role("seer", "Xem số", [Permission.LISTEN, Permission.LOOK, Permission.NUMBERS])
        await made.desk.admin.add_role("keeper", "Giữ", [Permission.RETENTION])
        await made.desk.admin.add_role("both", "Cả hai", [Permission.LISTEN, Permission.DISCLOSE, Permission.SETTINGS])
        yield made


async def listened(audited: Audited, browser: Browser) -> Shown:
    """The player, after the reason was given."""
    page, action = f"/desk/recordings/{audited.recording}", f"/desk/recordings/{audited.recording}/listen"
    granted = await browser.send(page, action, **REASON)
    assert granted.status == 303 and granted.goes_to.startswith("/desk/recordings/listen/"), granted.text
    return await browser.get(granted.goes_to)


async def asked(audited: Audited, browser: Browser, **more: str) -> str:
    """The address of a disclosure that was asked for."""
    page = f"/desk/disclosures/new?recording={audited.recording}"
    made = await browser.send(page, "/desk/disclosures/new", **LETTER | more)
    assert made.status == 303, made.text
    return made.goes_to.partition("?")[0]


async def decided(browser: Browser, one: str, decision: str = "approve", words: str = "") -> Shown:
    """By the form of the page, with the terms that are shown there."""
    hidden = (await browser.get(one)).forms.fields[f"{one}/decide"]
    return await browser.post(f"{one}/decide", hidden | {"decision": decision, "words": words})


async def until(browser: Browser, path: str, said: str) -> Shown:
    """The page once it says so."""
    async with asyncio.timeout(60):
        while said not in (shown := await browser.get(path)).text:  # noqa: ASYNC110 -- as a browser sees it
            await asyncio.sleep(0.05)
    return shown


def csrf_of(shown: Shown) -> str:
    """Of the form that is on each page."""
    return shown.forms.fields["/desk/sign-out"]["csrf"]
