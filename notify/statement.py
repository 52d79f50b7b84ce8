"""The month's statement, to lay beside the gateway's invoice. Pure; months are those of the province."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import Invalid
from hotline1022.notify.types import Billed, Channel

#: of the table as people read it
HEAD = ("thang", "cong", "kenh", "nguoi_nhan", "so_tin", "so_phan", "thanh_tien", "chua_ro")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What left in a month."""

    month: str
    rows: tuple[Billed, ...]
    #: SMS that the contract has in a month
    budget: int

    @property
    def sms(self) -> int:
        """Parts of SMS that are billed: what the contract counts."""
        return sum(row.parts for row in self.rows if row.channel is Channel.SMS)

    @property
    def price(self) -> int:
        """Đồng, all together."""
        return sum(row.price for row in self.rows)

    @property
    def left(self) -> int:
        """SMS left of the budget; below 0 = over it."""
        return self.budget - self.sms


def span(month: str) -> tuple[datetime, datetime]:
    """The beginning of the month and that of the next one; Invalid `month-invalid`."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise Invalid(f"{month!r} is no month; write it as 2026-11", error_id="month-invalid")
    year, number = int(month[:4]), int(month[5:])
    following = (year, number + 1) if number < 12 else (year + 1, 1)
    first, last = (datetime(y, m, 1, tzinfo=PROVINCE) for y, m in ((year, number), following))
    return first, last


def month_of(at: datetime) -> str:
    """The month in which a moment lies."""
    return f"{at.astimezone(PROVINCE):%Y-%m}"


def as_csv(statement: Statement) -> str:
    """A table for a spreadsheet: a row for each gateway, channel and kind of recipient, the sum, and the budget."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEAD)
    for row in statement.rows:
        table.writerow(
            (
                statement.month,
                row.gateway,
                row.channel.value,
                row.kind.value,
                row.messages,
                row.parts,
                row.price,
                row.unknown,
            )
        )
    messages = sum(row.messages for row in statement.rows)
    parts = sum(row.parts for row in statement.rows)
    unknown = sum(row.unknown for row in statement.rows)
    table.writerow((statement.month, "tong", "", "", messages, parts, statement.price, unknown))
    table.writerow((statement.month, "han_muc", Channel.SMS.value, "", "", statement.budget, "", ""))
    table.writerow((statement.month, "con_lai", Channel.SMS.value, "", "", statement.left, "", ""))
    return out.getvalue()
