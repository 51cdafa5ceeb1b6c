"""News from the store becomes ops."""
