"""The arithmetic of windows, and the headers that it is fed with."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.hub.budget_windows import Heard, Told, Window, spare, told

HEADERS = {
    "ratelimit": '"api";r=489;t=123',
    "ratelimit-policy": '"fixed window";"api";q=500;w=300',
}


def known(**fields):
    """A window that ends at 300 and was told so."""
    return Window(**({"quota": 500, "ends_at": 300.0, "is_assumed": False} | fields))


def heard(epoch=0, **fields):
    return Heard(epoch, **({"quota": 500, "length_s": 300} | fields))


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (HEADERS, Told(489, 123, 500, 300, None)),
        ({"ratelimit": HEADERS["ratelimit"]}, Told(489, 123, None, None, None)),
        ({"ratelimit-policy": HEADERS["ratelimit-policy"]}, None),
        ({"retry-after": "7"}, Told(retry_s=7)),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "٧"}, None),
        ({"ratelimit": '"pages";r=1;t=2, "api";r=3;t=4'}, Told(3, 4)),
        ({"ratelimit": '"resolvers";r=1;t=2'}, Told(1, 2)),
        ({"ratelimit": '"api";r=-1;t=4'}, None),
        ({"ratelimit": '"api";r=1.5;t=4'}, None),
        ({"ratelimit": '"api";r=1;t=99999999'}, None),
        ({"ratelimit": '"api";r=1'}, None),
        ({"ratelimit": "nonsense"}, None),
        ({"ratelimit": '"api";r=12345678901;t=1'}, None),
        (HEADERS | {"ratelimit-policy": '"api";q=0;w=300'}, Told(489, 123)),
        ({}, None),
    ],
)
def test_headers(headers, found):
    assert told(headers, "api") == found


def test_what_is_drawn_is_gone_until_the_window_ends():
    window = known()
    assert window.draw(10.0, 10, 1.0).permits == 10
    assert window.left(10.0, 1.0) == 500 - spare(500) - 10
    while window.draw(20.0, 50, 1.0).permits:
        pass
    assert window.granted == 490
    refused = window.draw(20.0, 1, 1.0)
    assert (refused.permits, refused.wait_s) == (0, 280.0)
    assert window.draw(301.0, 1, 1.0).permits == 1
    assert (window.epoch, window.previous, window.granted) == (1, 490, 1)


def test_the_share_is_kept():
    window = known()
    while window.draw(20.0, 50, 0.3).permits:
        pass
    assert window.granted == 150


def test_nobody_calls_just_before_the_end():
    assert known().draw(297.9, 1, 1.0).permits == 1
    late = known().draw(298.1, 1, 1.0)
    assert late.permits == 0
    assert late.wait_s == pytest.approx(1.9)
    assert known().draw(100.0, 1, 1.0).valid_s == 198.0


def test_the_end_is_the_earliest_that_was_heard():
    window = Window()
    for at, reset in ((10.0, 290), (10.9, 289), (11.5, 289)):
        said = heard()
        said.add(Told(400, reset, 500, 300), at)
        window.tell(at, said)
    assert window.ends_at == 300.9
    assert not window.is_assumed


def test_an_answer_of_another_epoch_says_nothing_of_this_one():
    window = known(epoch=3, ends_at=300.0)
    late = heard(epoch=2, left=0, ends_at=5.0, answers=1)
    window.tell(4.0, late)
    assert (window.ends_at, window.others, window.counted) == (300.0, 0, 0)


def test_what_others_take_is_left_to_them():
    window = known(granted=100)
    window.tell(250.0, heard(left=300, ends_at=300.0, answers=100))
    assert window.others == 100
    assert window.left(250.0, 1.0) == 500 - spare(500) - 100 - 1 - 100


def test_calls_on_their_way_are_waited_for_and_not_taken_for_others():
    window = known(granted=489, answered=460)
    window.tell(100.0, heard(left=15, ends_at=300.0))
    assert window.others == 0
    lease = window.draw(100.0, 1, 1.0)
    assert lease.permits == 0
    assert lease.wait_s < 1.0  # and not until the window ends
    window.tell(100.0, heard(answers=29))
    assert window.draw(100.0, 1, 1.0).permits == 1


def test_little_left_ends_the_window():
    window = known(granted=10)
    window.tell(100.0, heard(left=spare(500) // 2, ends_at=300.0))
    assert window.left(100.0, 1.0) == 0


def test_a_quota_that_changes_counts_at_once():
    window = known(granted=300)
    window.tell(100.0, heard(quota=200, left=0, ends_at=300.0))
    assert window.draw(100.0, 1, 1.0).permits == 0
    window = known(granted=480)
    window.tell(100.0, heard(quota=1000, left=520, ends_at=300.0))
    assert window.left(100.0, 1.0) == 1000 - spare(1000) - 480


def test_without_a_rule_what_is_left_is_the_quota():
    window = Window()
    window.tell(10.0, Heard(0, left=120, ends_at=300.0))
    assert window.quota == 121
    window.tell(10.0, Heard(0, left=80, ends_at=300.0))
    assert window.quota == 121


@pytest.mark.parametrize(
    ("said", "until"),
    [
        (Told(0, 55), 66.0),
        (Told(3, 55, retry_s=2), 13.0),
        (Told(retry_s=4), 15.0),
        (Told(retry_s=10**8), 10.0 + 86_400),
        (None, 300.0),
    ],
)
def test_a_refusal_is_authority(said, until):
    window = known()
    window.refuse(10.0, said)
    assert window.blocked_until == until
    assert window.draw(until - 0.1, 1, 1.0).permits == 0
    assert window.refused == 1


def test_refusals_without_a_word_are_waited_out_longer_each_time():
    window, waits = Window(), []
    at = 10.0
    for _ in range(12):
        window.refuse(at, None)
        window.refuse(at, None)  # one that was on its way counts once
        waits.append(window.blocked_until - at)
        at = window.blocked_until
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    window.tell(at, Heard(0, answers=1))
    window.refuse(at, None)
    assert window.blocked_until - at == 1


@given(
    quota=some.integers(1, 2_000),
    share=some.floats(0.01, 1.0),
    steps=some.lists(
        some.tuples(some.integers(1, 40), some.integers(0, 3), some.floats(0.0, 40.0))
    ),
)
def test_never_more_than_the_quota_in_a_window(quota, share, steps):
    """A hub of fixed windows, a client that uses what it draws, and others beside it."""
    made: dict[int, int] = {}
    window, at = Window(quota=quota), 1.0
    for wanted, others, later in steps:
        at += later
        lease = window.draw(at, wanted, share)
        # The hub's windows begin with their first call.
        made[window.epoch] = made.get(window.epoch, 0) + lease.permits
        if lease.permits and others == 3:
            said = Heard(lease.epoch, answers=lease.permits)
            left = max(quota - made[window.epoch], 0)
            said.add(Told(left, int(max(window.ends_at - at - 1, 0)), quota, 300), at)
            window.tell(at, said)
    assert all(count <= max(1, quota * share) for count in made.values())
