"""Commission plans, credits, runs and statements."""
