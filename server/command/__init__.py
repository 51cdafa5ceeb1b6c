"""The command `rawana`."""
