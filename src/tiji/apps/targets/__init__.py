"""Target plans, allocation, attainment."""
