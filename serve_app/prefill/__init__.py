"""What does the business's own website say about it? Fetched safely, only proposed."""
