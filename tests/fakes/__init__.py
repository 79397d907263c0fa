"""Servers that stand in for what is outside the product, at its wire."""
