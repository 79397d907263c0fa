"""The sample plant, as the tests of the tools ask it."""

from tests.tools.conftest import ask, db, make_plant, sample_plant

__all__ = ["ask", "db", "make_plant", "sample_plant"]
