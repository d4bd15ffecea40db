"""Addresses of the catalog's pages."""

from django.urls import path

from tiji.apps.catalog.views import lines, products

urlpatterns = [
    path("products/", products.products, name="products"),
    path("products/new/", products.product_new, name="product_new"),
    path("products/lines/", lines.product_lines, name="product_lines"),
    path("products/lines/new/", lines.line_new, name="product_line_new"),
    path("products/lines/<int:pk>/edit/", lines.line_edit, name="product_line_edit"),
    path("products/lines/<int:pk>/archive/", lines.line_archive, name="product_line_archive"),
    path("products/lines/<int:pk>/assign/", lines.line_assign, name="product_line_assign"),
    path(
        "products/lines/<int:pk>/managers/<int:grant_pk>/end/", lines.line_manager_end, name="product_line_manager_end"
    ),
    path("products/books/", lines.books, name="price_books"),
    path("products/books/new/", lines.book_new, name="price_book_new"),
    path("products/books/<int:pk>/edit/", lines.book_edit, name="price_book_edit"),
    path("products/books/<int:pk>/archive/", lines.book_archive, name="price_book_archive"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/edit/", products.product_edit, name="product_edit"),
    path("products/<int:pk>/archive/", products.product_archive, name="product_archive"),
    path("products/<int:pk>/restore/", products.product_restore, name="product_restore"),
    path("products/<int:pk>/price/", products.price_set, name="product_price"),
    path("products/<int:pk>/price/<int:book_pk>/end/", products.price_end, name="product_price_end"),
]
