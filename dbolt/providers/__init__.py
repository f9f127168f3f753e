"""Which outside services are there, and how is each spoken to? One folder each."""
