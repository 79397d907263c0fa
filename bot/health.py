"""Whether what runs in the background can do its work, and since when not."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """`problem` is "" while all is well, else words that are safe to show."""

    name: str
    problem: str = ""
    since: datetime | None = field(default=None)

    def trouble(self, problem: str, at: datetime) -> None:
        """Logged once for as long as it lasts."""
        if not self.problem:
            self.since = at
            log.warning("%s: %s", self.name, problem)
        self.problem = problem

    def well(self) -> None:
        if self.problem:
            log.warning("%s: works again", self.name)
        self.problem, self.since = "", None
