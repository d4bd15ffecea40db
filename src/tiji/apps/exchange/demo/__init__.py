"""The demo company: a seeded simulation of a sales organisation, always current, made by the product's own rules."""
