from tiji.apps.catalog.models.price_books import PriceBook, PriceBookEntry
from tiji.apps.catalog.models.products import Product, ProductLine

__all__ = ["PriceBook", "PriceBookEntry", "Product", "ProductLine"]
