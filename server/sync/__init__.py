"""What phones and server say to each other."""
