"""Our own people: who they are, how they get in, what they did, what they do in bulk."""
