"""People, units, positions, sign-in, the company's calendar."""
