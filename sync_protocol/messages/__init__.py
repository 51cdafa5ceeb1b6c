"""The messages of the contract, one family per module."""
