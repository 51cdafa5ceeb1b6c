"""A whole shop in one process: virtual time, a bad network, crashing phones and servers, and an auditor beside it."""
