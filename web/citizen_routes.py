"""The routes of one citizen's data. Numbers travel in the body alone: an address stands in logs."""

from hotline1022.accounts.types import Permission
from hotline1022.web import citizen as h
from hotline1022.web import citizen_wire as w
from hotline1022.web.route import Route

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/api/citizens/export",
        needs=Permission.CITIZENS,
        summary="Everything that is kept under a number",
        detail="For one of the reasons of `GET /api/listen/reasons`. Audio is in the file that `hotline1022 citizen export "
        "--audio` writes.",
        handler=h.export_citizen,
        body=w.ExportBody,
        answer=w.CitizenView,
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/citizens/erasures/preview",
        needs=Permission.CITIZENS,
        summary="What an erasure would take away, and what stays and why; nothing goes",
        handler=h.preview_erasure,
        body=w.CitizenBody,
        answer=w.ErasureView,
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/citizens/erasures",
        needs=Permission.CITIZENS,
        summary="Ask for an erasure: the first step, nothing goes yet",
        handler=h.request_erasure,
        body=w.ErasureBody,
        answer=w.ErasureView,
        status=201,
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/citizens/erasures/{erasure}/confirm",
        needs=Permission.CITIZENS,
        summary="Erase: the second step, with the number typed again",
        detail="It cannot be undone. Asked again after a failure it goes on where it was.",
        handler=h.confirm_erasure,
        body=w.ErasureConfirm,
        answer=w.ErasureView,
        seconds=600,
    ),
)
