"""Answers about API tokens. Refuses nothing itself: the port does."""

from hotline1022.web.route import Ask
from hotline1022.web.tokens_wire import ApiToken, ApiTokenBody, ApiTokenList, GivenToken


async def list_tokens(ask: Ask) -> ApiTokenList:
    """All."""
    return ApiTokenList(tokens=tuple(await ask.ports.api_tokens.list()))


async def add_token(ask: Ask) -> GivenToken:
    """Another one."""
    body: ApiTokenBody = ask.body
    contact = body.contact or ""
    made, text = await ask.ports.api_tokens.add(body.name, frozenset(body.scopes), contact, ask.asker.actor)
    return GivenToken(token=made, text=text)


async def revoke_token(ask: Ask) -> ApiToken:
    """End it."""
    return await ask.ports.api_tokens.revoke(ask.path["api_token"])
