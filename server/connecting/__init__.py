"""How a shop is tied to its store: tokens and their keeping, installation, and what is checked about it."""
