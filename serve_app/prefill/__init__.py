"""What does the business's own website say about it? Fetched safely, read as data, only proposed."""
