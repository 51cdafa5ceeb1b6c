"""Real processes, hurt on purpose: `python -m tests.chaos RUN`."""
