"""Every bound of the protocol, once: phones get them as generated constants, the database as CHECKs."""

PUSH_OPS_MAX = 100
PUSH_BYTES_MAX = 262_144
OP_BYTES_MAX = 16_384
OPS_PER_TRANSACTION = 50
"""Measured: half again as many ops a second as with 25, and the locks of a chunk are held for about 20 ms."""
PULL_BYTES_MAX = 524_288
PULL_ROWS_MAX = 2_000
OFFER_IDS_MAX = 20_000
JOURNAL_DAYS = 30
JOURNAL_FLOOR_DAYS = 14
"""An answered op stays this long on its phone even when a backup of the server has it already."""

TOMBSTONE_DAYS = 60
"""A phone that was away for longer begins its streams again."""

BACKUP_MARGIN_MS = 3_600_000
"""How much earlier than it says a backup may have been taken: clocks of two servers need not agree."""

JOURNAL_OPS_MAX = 20_000

INTEGER_MAX = 9_007_199_254_740_991
"""2^53 - 1: the largest integer that every phone can hold exactly."""

UNITS_MAX = 100_000
"""Units of one variant in one line; more is a typing error, not a parcel."""

MONEY_PAISA_MAX = 1_000_000_000_00
"""PKR 1,000,000,000 in paisa."""

LINES_MAX = 250
"""Lines of one op; Shopify's own bound for arrays."""

TEXT_MAX = 2_000
ID_MAX = 64
NESTING_MAX = 32
"""How deep the JSON of one op may nest; ours needs 5."""

RETRY_FIRST_MS = 1_000
RETRY_CEILING_MS = 60_000
POLL_MS = 60_000
"""With nothing to send, a phone without a live channel asks again after this long."""

AWAY_MS = 60_000
"""After being away this long a phone greets (hello) before it pushes or pulls."""

OUTBOX_WARN_OPS = 200
OUTBOX_WARN_MS = 4 * 3_600_000
OUTBOX_ALARM_OPS = 2_000
OUTBOX_ALARM_MS = 24 * 3_600_000
CLOCK_NOTE_MS = 120_000
CLOCK_WARN_MS = 300_000
