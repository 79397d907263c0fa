"""Parts of answers made of plain values: metrics, charts and tables, for whatever shows them."""
