"""Who does the work? The orchestrator, the browser workers and their pool; Ray only wraps them."""
