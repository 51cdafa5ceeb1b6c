"""The HTTP edge: thin handlers, one module per family of paths."""
