"""The demo company is stored by the rooms' own services, in sets."""
