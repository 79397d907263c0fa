"""`andon connect`: looks at a database and proposes a plant.toml."""

from core.data.connect.proposal import Proposal
from core.data.connect.render import render
from core.data.connect.search import propose

__all__ = ["Proposal", "propose", "render"]
