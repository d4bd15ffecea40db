"""Imports, exports, the demo company."""
