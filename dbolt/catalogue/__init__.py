"""The catalogue of directories: one YAML file each, no code."""
