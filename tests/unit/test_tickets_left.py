"""What is left until the next deadline of a ticket, in the hours of its clock, and how a page says it."""

from datetime import datetime

import pytest

from hotline1022.tickets.left import left
from hotline1022.tickets.types import Action, Deadline, Ticket, Urgency
from hotline1022.web.page_words import words
from hotline1022.web.time_left import time_left
from tests.unit.tickets_made import NOW, POLICY, at, done, made, walked

A = Action
#: accepted on a Wednesday at eight: an answer is due on the next Wednesday at five
ACCEPTED = walked(made().after, A.FORWARD, A.ACCEPT)
URGENT = walked(made(urgency=Urgency.URGENT).after, A.FORWARD)


@pytest.mark.parametrize(
    ("ticket", "when", "tone", "said"),
    [
        (ACCEPTED, NOW, "green", "Còn 5 ngày làm việc"),
        (ACCEPTED, at(28, "10:00"), "green", "Còn 3 ngày làm việc"),
        (ACCEPTED, at(31, "07:30"), "green", "Còn 2 ngày làm việc"),
        (ACCEPTED, at(31, "07:31"), "yellow", "Còn 14 giờ làm việc"),
        (ACCEPTED, at(31, "23:00"), "yellow", "Còn 7 giờ làm việc"),
        (ACCEPTED, at(32, "11:00"), "yellow", "Còn 4 giờ làm việc"),
        (ACCEPTED, at(32, "11:01"), "orange", "Còn dưới 4 giờ làm việc"),
        (ACCEPTED, at(32, "16:01"), "orange", "Còn dưới 1 giờ làm việc"),
        (ACCEPTED, at(33, "08:00"), "red", "Quá hạn dưới 1 giờ làm việc"),
        (URGENT, NOW, "orange", "Còn dưới 1 giờ"),
        (URGENT, at(25, "08:15"), "red", "Quá hạn dưới 1 giờ"),
        (URGENT, at(26, "10:20"), "red", "Quá hạn 26 giờ"),
        (walked(ACCEPTED, A.WAIT), at(60, "08:00"), "secondary", "Tạm dừng, chờ người dân"),
        (walked(ACCEPTED, A.ANSWER), at(60, "08:00"), "secondary", "Chờ hoàn tất"),
        (walked(ACCEPTED, A.REFUSE), at(60, "08:00"), "secondary", "Đã đóng"),
    ],
)
def test_time_left_is_said_in_the_hours_that_count(ticket: Ticket, when: datetime, tone: str, said: str) -> None:
    shown = time_left(ticket, left(ticket, when, POLICY), words())
    assert (shown.tone, shown.said) == (tone, said)


def test_what_is_due_first_counts_and_1022_never_closes() -> None:
    forwarded = walked(made().after, A.FORWARD)
    found = left(forwarded, NOW, POLICY)
    assert found is not None and (found.deadline, found.by) == (Deadline.ACCEPT, forwarded.accept_by)
    back = done(forwarded, A.RETURN, at(28, "22:00")).after
    found = left(back, at(28, "22:01"), POLICY)
    assert found is not None and found.deadline is Deadline.FORWARD and found.time.total_seconds() == 240
    years = left(ACCEPTED, NOW.replace(year=2036), POLICY)
    assert years is not None and years.over and years.time.days < 366
