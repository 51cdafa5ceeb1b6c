"""What the database refuses by rules of its own, for those who may not know the driver."""

import asyncpg

AlreadyThere = asyncpg.UniqueViolationError
"""A second row with a key that must be unique; `.constraint_name` says which."""

OutOfBounds = asyncpg.CheckViolationError
"""A value that a CHECK forbids; `.constraint_name` says which."""
