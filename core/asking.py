"""One request together with what it is understood with."""

from __future__ import annotations

from dataclasses import dataclass

from core.access import Access
from core.installation import Installation
from core.request import Request
from core.words import Words


@dataclass(frozen=True, slots=True)
class Asking:
    """`plant` is the asker's, whose assets win where names are shared; `access` holds for the
    asker in the place of the request."""

    request: Request
    installation: Installation
    plant: str
    words: Words
    access: Access
