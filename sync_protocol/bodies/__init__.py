"""What ops say: one struct per kind, by the part of the work that it belongs to."""
