"""The JSON API under /api/v1 and what scripts and probes ask."""
