"""Production days: dates that run from one opening of the plant's day to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from core.domain.periods import DAY, Interval


class ProductionDays:
    """Tiles time in `zone` into days that open at the local time `opening`.

    Named after the local date on which the day starts, or ends. A day has 24 hours, 23 or 25
    where the clock changes.
    """

    def __init__(
        self, zone: str, opening: time, named_after: Literal["start", "end"] = "start"
    ) -> None:
        self._tz = ZoneInfo(zone)
        self._opening = opening
        ends_later = named_after == "end" and opening != time(0)
        self._named_later = DAY if ends_later else timedelta(0)
        self._opened: dict[date, datetime] = {}

    def local(self, instant: datetime) -> datetime:
        """`instant` on the plant's clock."""
        return instant.astimezone(self._tz)

    def at(self, day: date, clock: time) -> datetime:
        """The UTC instant of a local date and time; of a repeated hour the first, and a time
        that the clock skips stands for the one an hour later."""
        return datetime.combine(day, clock, self._tz).astimezone(UTC)

    def of(self, instant: datetime) -> date:
        """The name of the production day that holds `instant`."""
        day = self.local(instant).date()
        if instant < self._opens(day):
            day -= DAY
        elif instant >= self._opens(day + DAY):
            day += DAY
        return day + self._named_later

    def day(self, day: date) -> Interval:
        """The production day of that name."""
        first = day - self._named_later
        return Interval(self._opens(first), self._opens(first + DAY))

    def _opens(self, day: date) -> datetime:
        if day not in self._opened:
            self._opened[day] = self.at(day, self._opening)
        return self._opened[day]
