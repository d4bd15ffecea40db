"""Settings, URLs and navigation: where the house is put together."""
