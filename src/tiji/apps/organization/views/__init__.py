"""The doors of the organisation's pages."""
