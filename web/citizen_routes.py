"""The routes of one citizen's data. Numbers travel in the body alone: an address stands in logs."""

from hotline1022.accounts.types import Permission
from hotline1022.web import citizen as h
from hotline1022.web import citizen_wire as w
from hotline1022.web.listening_routes import HOURS
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
        path="/api/citizens/export/zip",
        needs=Permission.CITIZENS,
        summary="The same as a ZIP, with the recordings where asked for",
        detail="JSON, tables, a page to read, made while it is sent: one that breaks off is cut before its table of contents. "
        "`audio` needs `listen` too; damaged originals are left out and named.",
        handler=h.export_zip,
        body=w.ExportZipBody,
        media="application/zip",
        seconds=HOURS,
    ),
    Route(
        method="GET",
        path="/api/citizens/requests",
        needs=Permission.CITIZENS,
        summary="What was given out and erased before, and requests that nobody has carried out",
        handler=h.list_requests,
        answer=w.CitizenHistory,
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
        method="GET",
        path="/api/citizens/erasures/{erasure}",
        needs=Permission.CITIZENS,
        summary="How far a request to erase is",
        handler=h.show_erasure,
        answer=w.ErasureRequestView,
    ),
    Route(
        method="POST",
        path="/api/citizens/erasures/{erasure}/begin",
        needs=Permission.CITIZENS,
        summary="Erase in the background: the second step, with the number typed again",
        detail="One runs at a time. One that runs or is done already is told as it is.",
        handler=h.begin_erasure,
        body=w.ErasureConfirm,
        answer=w.ErasureRequestView,
        status=202,
        confirms=True,
        seconds=60,
    ),
    Route(
        method="POST",
        path="/api/citizens/erasures/{erasure}/confirm",
        needs=Permission.CITIZENS,
        summary="Erase: the second step, with the number typed again",
        detail="It cannot be undone. Asked again after a failure it goes on where it was, with `seen` of a new preview, and tells the "
        "whole at its end.",
        handler=h.confirm_erasure,
        body=w.ErasureConfirm,
        answer=w.ErasureView,
        confirms=True,
        seconds=600,
    ),
)
