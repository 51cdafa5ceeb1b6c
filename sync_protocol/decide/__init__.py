"""What an op does: the one place where ops are accepted, flagged, refused or parked, and stock is moved."""
