"""`python -m server` is the command `rawana`."""

from server.command.entry import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
