"""Where the migrations in supabase/ put each fact."""

from core.data.query import Fact

TABLES: dict[Fact, str] = {
    "asset": "assets",
    "product": "products",
    "product_rate": "product_rates",
    "calendar": "calendar",
    "production": "production",
    "downtime": "downtime",
    "scrap": "scrap",
    "order": "orders",
    "safety": "safety",
    "live": "live",
    "target": "shift_targets",
    "cost": "cost_centers",
}
