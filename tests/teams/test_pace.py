"""The pace of a conversation: the platform never sees too many, whatever the network does."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.pace import Lane, Pace
from adapters.teams.times import SENDS, Times


@settings(max_examples=150, deadline=None)
@given(
    calls=st.lists(
        st.tuples(
            st.floats(0.0, 3.0),  # how long nobody wants to send anything
            st.floats(0.0, 12.0),  # how long the call takes
            st.floats(0.0, 1.0),  # when of this time the platform counts it
        ),
        min_size=1,
        max_size=200,
    )
)
def test_the_platform_never_counts_too_many(calls: list[tuple[float, float, float]]) -> None:
    lane, now = Lane(SENDS), 0.0
    counted: list[float] = []
    for idle, took, share in calls:
        now = max(now + idle, lane.free_at())
        counted.append(now + took * share)
        now += took
        lane.count(now)
    for most, seconds in SENDS:
        for first, after in zip(counted, counted[most:], strict=False):
            assert after - first >= seconds - 1e-6


def test_an_hour_has_1800_messages() -> None:
    lane, now = Lane(SENDS), 0.0
    for _ in range(1_801):
        now = max(now, lane.free_at())
        lane.count(now)
    assert now >= 3_600.0


def test_no_more_is_waited_than_needed() -> None:
    lane = Lane(SENDS)
    begun = []
    for _ in range(9):
        begun.append(lane.free_at())
        lane.count(begun[-1])
    assert begun == [0, 0, 0, 0, 0, 0, 0, 1.0, 2.0]


def test_told_to_wait_one_waits() -> None:
    lane = Lane(SENDS)
    lane.hold(5.0)
    lane.hold(3.0)
    assert lane.free_at() == 5.0


def test_all_together_stay_under_50_a_second() -> None:
    async def run() -> list[float]:
        pace = Pace(Times())
        return [pace.take() for _ in range(300)]

    waits = asyncio.run(run())
    assert waits[:5] == [0.0] * 5
    # A tenth is left for what the network pushes together.
    assert all(later - first >= 0.999 for first, later in zip(waits, waits[46:], strict=False))
