"""Charts as PNG pictures, for channels whose own blocks cannot show them."""

from adapters.picture.drawing import draw

__all__ = ["draw"]
