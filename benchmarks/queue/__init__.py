"""How fast is the queue, and how does it compare? See run.py."""
