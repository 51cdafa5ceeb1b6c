"""Versions of the contract between phones and server."""

PROTOCOL = 1
"""Highest protocol version spoken here; hello negotiates within [PROTOCOL_OLDEST, PROTOCOL]."""

PROTOCOL_OLDEST = 1
"""Push is accepted from every version ever shipped (R14); only pull may ask for an upgrade."""

WIRE_FINGERPRINT = "0ee50470dc4823d1"
"""First 16 hex digits of SHA-256 over every wire shape; a change needs a deliberate look at PROTOCOL."""
