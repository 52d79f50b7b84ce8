"""The route by which citizens are called back."""

from hotline1022.accounts.types import Permission
from hotline1022.web import callback
from hotline1022.web import callback_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/lines/{line}/calls",
        needs=Permission.ANSWER,
        summary="Call a citizen back who gave up waiting, left a message, or waits to be told",
        detail="The line's own phone rings first; lifted, it dials her. Sessions only at the line where they are logged in.",
        handler=callback.place_call,
        body=w.CallbackBody,
        answer=w.CallbackView,
        status=201,
    ),
)
