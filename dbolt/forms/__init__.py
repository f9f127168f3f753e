"""The form engine, pure: page model → fields with reasons → values → actions → verdict."""
