"""The routes of the own account: for who is signed in, whatever he may; a token has none."""

from hotline1022.web import account as h
from hotline1022.web import account_wire as w
from hotline1022.web.route import Route
from hotline1022.web.users_wire import SignedOut

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/me/account",
        needs=None,
        officers=True,
        people=True,
        summary="The own account",
        handler=h.get_own_account,
        answer=w.OwnAccount,
    ),
    Route(
        method="GET",
        path="/api/me/sessions",
        needs=None,
        officers=True,
        people=True,
        summary="Browsers in which one is signed in",
        handler=h.list_own_sessions,
        answer=w.OwnSessions,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/me/sessions/end",
        needs=None,
        officers=True,
        people=True,
        summary="End one of the own sessions, or all others",
        handler=h.end_own_sessions,
        body=w.OwnEndBody,
        answer=SignedOut,
    ),
    Route(
        method="POST",
        path="/api/me/password",
        needs=None,
        officers=True,
        people=True,
        summary="Another password; all other sessions end",
        detail="The session goes on under another cookie, which the answer sets. Who has a one-time password chooses an own one at "
        "/desk/password: until then nothing else is open.",
        handler=h.change_own_password,
        body=w.NewPasswordBody,
        answer=w.PasswordDone,
    ),
    Route(
        method="POST",
        path="/api/me/second/begin",
        needs=None,
        officers=True,
        people=True,
        summary="A new second factor, told once; in force with the first code of it",
        handler=h.begin_own_second,
        body=w.OwnPasswordBody,
        answer=w.SecondBegun,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/me/second/confirm",
        needs=None,
        officers=True,
        people=True,
        summary="A code of the new second factor: from now on it is asked for at the door",
        handler=h.confirm_own_second,
        body=w.SecondCodeBody,
        answer=w.SecondState,
    ),
    Route(
        method="POST",
        path="/api/me/second/drop",
        needs=None,
        officers=True,
        people=True,
        summary="Take the second factor away",
        handler=h.drop_own_second,
        body=w.OwnPasswordBody,
        answer=w.SecondState,
    ),
)
