"""What happened: for any order, variant, branch or person, and what a branch held at any moment."""
