"""The sample plant: a SQLite file with 400 days of two made-up plants and stories to find in them.

Every value follows from (seed, asset, time, anchor): a file that was brought up to an instant in
steps equals one that was made at that instant. docs/sample-plant.md lists the stories.
"""

from core.data.sample.file import VERSION, ensure_sample, make_sample, tick, version

__all__ = ["VERSION", "ensure_sample", "make_sample", "tick", "version"]
