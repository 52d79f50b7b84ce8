"""A picture that goes out of the house: by page and API the copy has neither place nor owner in it, the stored file stays bit by bit, and
fetching either is an act.
"""

from pathlib import Path
from urllib.parse import quote

from hotline1022.tickets.types import Action
from tests.contract.database.handling_world import OTHER, SPECIALIST, Handling, page, world
from tests.unit.test_picture_copy import FRAME, GPS, JFIF, OWNER, SCAN, jpeg, segment, tiff

__all__ = ["world"]

#: as a telephone, or somebody, named it
NAME = "Nhà bà Cúc 0901234567, 2026-11-30.JPG"
PHOTO = jpeg(JFIF, segment(0xE1, b"Exif\0\0" + tiff(side=1)), FRAME, SCAN) + GPS


async def test_the_copy_that_goes_out_has_neither_place_nor_owner(world: Handling, tmp_path: Path) -> None:
    ticket = await world.ticket(Action.ACCEPT)
    for name, kind, data in ((NAME, "image/jpeg", PHOTO), ("don.pdf", "application/pdf", b"%PDF-1.7")):
        await world.tickets.attach(ticket.id, name=name, media_type=kind, data=data, by="Người cv", at=world.desk.now)
    async with world.desk.database.reading() as tx:
        by_name = {one.name: one.id for one in await tx.tickets.attachments(ticket.id)}
    photo, paper = by_name[NAME], by_name["don.pdf"]
    async with world.desk.signed_in("specialist", login="cv", contact=SPECIALIST) as browser:
        shown = (await browser.get(page(ticket))).text
        assert f"{page(ticket)}/files/{photo}?copy=clean" in shown and f"{paper}?copy=clean" not in shown
        for path in (f"{page(ticket)}/files", f"/api/tickets/{ticket.id}/attachments"):
            async with browser.client.get(f"{path}/{photo}") as answer:
                assert await answer.read() == PHOTO
                assert answer.headers["Content-Disposition"].endswith(f"''{quote(NAME, safe='')}"), (
                    "to who works with it"
                )
            async with browser.client.get(f"{path}/{photo}?copy=clean") as answer:
                made = await answer.read()
                assert answer.status == 200 and answer.content_type == "image/jpeg"
                # nor does its name say who or when
                assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{photo}.jpg"
            assert made == jpeg(JFIF, FRAME, SCAN) and GPS not in made and OWNER not in made
            async with browser.client.get(f"{path}/{paper}?copy=clean") as answer:
                assert answer.status == 409
            async with browser.client.get(f"{path}/{photo}?copy=quatsch") as answer:
                assert answer.status == 400
    (stored,) = [one for one in (tmp_path / "attachments").rglob("*") if one.is_file() and one.read_bytes() == PHOTO]
    assert stored.read_bytes() == PHOTO
    acts = [one["act"] for one in await world.desk.acts() if "{attachment}" in one["act"]]
    assert len(acts) >= 4, "each fetch is an act"
    async with world.desk.signed_in("specialist", login="yte", contact=OTHER) as other:
        assert (await other.get(f"{page(ticket)}/files/{photo}?copy=clean")).status == 404
