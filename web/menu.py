"""Answers about the menu: what is in force, its versions, its draft, the way that keys lead; and another one put in force."""

from hotline1022.ivr.types import MenuDraft, MenuSteps
from hotline1022.web.menu_edit_wire import MenuChangeBody, MenuChanged
from hotline1022.web.menu_wire import (
    CheckBody,
    Checked,
    MenuDraftBody,
    MenuHistory,
    MenuNow,
    PublishBody,
    Published,
    TryBody,
    VersionDetail,
    VersionsQuery,
    Way,
)
from hotline1022.web.route import Ask


async def get_menu(ask: Ask) -> MenuNow:
    """What callers hear."""
    return await ask.ports.menu.now()


async def list_versions(ask: Ask) -> MenuHistory:
    """What they heard before."""
    query: VersionsQuery = ask.query
    return MenuHistory(versions=tuple(await ask.ports.menu.versions(query.limit)))


async def get_version(ask: Ask) -> VersionDetail:
    """One version."""
    return await ask.ports.menu.version(int(ask.path["version"]))


async def check(ask: Ask) -> Checked:
    """What is wrong with a text."""
    body: CheckBody = ask.body
    return await ask.ports.menu.check(body.text)


async def get_steps(ask: Ask) -> MenuSteps:
    """A text as its parts."""
    body: CheckBody = ask.body
    return await ask.ports.menu.steps(body.text)


async def change(ask: Ask) -> MenuChanged:
    """A text with one thing changed."""
    body: MenuChangeBody = ask.body
    return await ask.ports.menu.change(body)


async def save_draft(ask: Ask) -> MenuDraft:
    """A draft is kept."""
    body: MenuDraftBody = ask.body
    return await ask.ports.menu.save_draft(body, ask.asker.actor)


async def publish(ask: Ask) -> Published:
    """Another menu is in force."""
    body: PublishBody = ask.body
    return await ask.ports.menu.publish(body, ask.asker.actor)


async def walk(ask: Ask) -> Way:
    """Where keys lead."""
    body: TryBody = ask.body
    return await ask.ports.menu.walk(body)
