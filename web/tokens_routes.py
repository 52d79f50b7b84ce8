"""The routes of API tokens: for people who are signed in, no scope of tokens holds them."""

from hotline1022.accounts.types import Permission
from hotline1022.web import tokens as h
from hotline1022.web import tokens_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/tokens",
        needs=Permission.USERS,
        summary="API tokens without their texts: rights, who made them, when they were used last",
        handler=h.list_tokens,
        answer=w.ApiTokenList,
    ),
    Route(
        method="POST",
        path="/api/tokens",
        needs=Permission.USERS,
        summary="A new API token, whose text is given once",
        confirms=True,
        handler=h.add_token,
        body=w.ApiTokenBody,
        answer=w.GivenToken,
        status=201,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/tokens/{api_token}/revoke",
        needs=Permission.USERS,
        summary="End an API token: it opens nothing after 5 s",
        confirms=True,
        handler=h.revoke_token,
        answer=w.ApiToken,
    ),
)
