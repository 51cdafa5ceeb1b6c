"""What the couriers' own words mean. They reword without notice: what is not in the table is `unknown`, never guessed.

Sources: the couriers' public tracking pages and merchants' public integrations, as collected for this project.
"""

from enum import StrEnum


class CourierStatus(StrEnum):
    """Where a parcel is by the courier's account, in the order in which a parcel goes through them."""

    UNKNOWN = "unknown"
    BOOKED = "booked"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    HELD = "held"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    PARTIAL = "partial"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"


_S = CourierStatus

PHRASES: dict[str, dict[str, CourierStatus]] = {
    "trax": {
        "shipment - booked": _S.BOOKED,
        "shipment - re-booked": _S.BOOKED,
        "shipment - rider picked": _S.PICKED_UP,
        "shipment - arrived at origin": _S.IN_TRANSIT,
        "shipment - in transit": _S.IN_TRANSIT,
        "shipment - arrived at destination": _S.IN_TRANSIT,
        "shipment - arrival service center": _S.IN_TRANSIT,
        "shipment - misroute forwarded": _S.IN_TRANSIT,
        "shipment - consolidated": _S.IN_TRANSIT,
        "shipment - waiting for consolidation": _S.IN_TRANSIT,
        "shipment - out for delivery": _S.OUT_FOR_DELIVERY,
        "shipment - rider exchange": _S.OUT_FOR_DELIVERY,
        "shipment - not attempted": _S.HELD,
        "shipment - delivery unsuccessful": _S.ATTEMPTED,
        "shipment - re-attempt": _S.OUT_FOR_DELIVERY,
        "shipment - re-attempt requested": _S.HELD,
        "shipment - on hold": _S.HELD,
        "shipment - on hold for self collection": _S.HELD,
        "shipment - non-service area": _S.HELD,
        "shipment - misrouted": _S.HELD,
        "shipment - multiple pieces hold": _S.HELD,
        "return - confirmation pending": _S.HELD,
        "shipment - delivered": _S.DELIVERED,
        "shipment - cancelled": _S.CANCELLED,
        "shipment - recalled": _S.RETURNING,
        "intercept requested": _S.HELD,
        "intercept approved": _S.RETURNING,
        "shipment - lost": _S.LOST,
        "shipment - case closed": _S.LOST,
        "return - confirm": _S.RETURNING,
        "return - in transit": _S.RETURNING,
        "return - arrived at origin": _S.RETURNING,
        "return - dispatched": _S.RETURNING,
        "return - delivery unsuccessful": _S.RETURNING,
        "return - not attempted": _S.RETURNING,
        "return - on hold": _S.RETURNING,
        "return - rider exchange": _S.RETURNING,
        "return - delivered to shipper": _S.RETURNED,
        "replacement - collected": _S.RETURNING,
        "replacement - in transit": _S.RETURNING,
        "replacement - arrived at origin": _S.RETURNING,
        "replacement - dispatched": _S.RETURNING,
        "replacement - delivery unsuccessful": _S.RETURNING,
        "replacement-not collected": _S.ATTEMPTED,
        "replacement - delivered to shipper": _S.RETURNED,
        "try & buy - delivered": _S.DELIVERED,
        "try & buy - partial delivered": _S.PARTIAL,
    },
    "postex": {
        "unbooked": _S.BOOKED,
        "booked": _S.BOOKED,
        "at merchant's warehouse": _S.BOOKED,
        "picked by postex": _S.PICKED_UP,
        "en-route to postex warehouse": _S.IN_TRANSIT,
        "postex warehouse": _S.IN_TRANSIT,
        "at postex warehouse": _S.IN_TRANSIT,
        "departed to destination": _S.IN_TRANSIT,
        "arrived at transit hub": _S.IN_TRANSIT,
        "waiting for delivery": _S.HELD,
        "package on route": _S.OUT_FOR_DELIVERY,
        "out for delivery": _S.OUT_FOR_DELIVERY,
        "enroute for delivery": _S.OUT_FOR_DELIVERY,
        "delivered": _S.DELIVERED,
        "attempted": _S.ATTEMPTED,
        "attempt made": _S.ATTEMPTED,
        "delivery failed": _S.ATTEMPTED,
        "delivery under review": _S.HELD,
        "out for return": _S.RETURNING,
        "return in transit": _S.RETURNING,
        "returned": _S.RETURNED,
        "returned to sender": _S.RETURNED,
        "un-assigned by me": _S.CANCELLED,
        "expired": _S.CANCELLED,
        "cancelled": _S.CANCELLED,
        "lost": _S.LOST,
        "stolen": _S.LOST,
        "damage": _S.LOST,
    },
    "leopards": {
        "pickup request sent": _S.BOOKED,
        "pickup request not send": _S.BOOKED,
        "consignment booked": _S.BOOKED,
        "drop off at express center": _S.PICKED_UP,
        "shipment picked": _S.PICKED_UP,
        "arrived at station": _S.IN_TRANSIT,
        "dispatched": _S.IN_TRANSIT,
        "missroute": _S.HELD,
        "assign to courier": _S.OUT_FOR_DELIVERY,
        "assigned to courier": _S.OUT_FOR_DELIVERY,
        "pending": _S.ATTEMPTED,
        "first attempt in forward leg": _S.ATTEMPTED,
        "second attempt in forward leg": _S.ATTEMPTED,
        "delivered": _S.DELIVERED,
        "being return": _S.RETURNING,
        "ready for return": _S.RETURNING,
        "first attempt in reverse leg": _S.RETURNING,
        "second attempt in reverse leg": _S.RETURNING,
        "returned to shipper": _S.RETURNED,
        "returned to warehouse": _S.RETURNED,
        "delivered to vendor": _S.RETURNED,
        "delivered to warehouse": _S.RETURNED,
        "cancelled": _S.CANCELLED,
        "48 hours auto canceled": _S.CANCELLED,
    },
    "callcourier": {
        "moved to dest": _S.IN_TRANSIT,
        "reached at dest": _S.IN_TRANSIT,
        "out for delivery": _S.OUT_FOR_DELIVERY,
        "undelivered": _S.ATTEMPTED,
        "contacting consignee": _S.ATTEMPTED,
        "delivered": _S.DELIVERED,
        "moved to origin": _S.RETURNING,
        "reached at origin": _S.RETURNING,
        "out for return submission": _S.RETURNING,
        "returned submitted": _S.RETURNED,
    },
    "tcs": {
        "shipment picked up": _S.PICKED_UP,
        "arrived at tcs facility": _S.IN_TRANSIT,
        "departed from tcs facility": _S.IN_TRANSIT,
        "out for delivery": _S.OUT_FOR_DELIVERY,
        "delivered": _S.DELIVERED,
        "awaiting receiver collection": _S.HELD,
        "return to origin": _S.RETURNING,
        "returned to shipper": _S.RETURNED,
        "undelivered": _S.ATTEMPTED,
    },
    "daewoo": {
        "ok - delivered": _S.DELIVERED,
        "on route": _S.IN_TRANSIT,
        "arrival": _S.IN_TRANSIT,
        "departure": _S.IN_TRANSIT,
        "refused": _S.ATTEMPTED,
    },
}
CODES: dict[str, dict[str, CourierStatus]] = {
    "leopards": {
        "RC": _S.BOOKED,
        "SS": _S.BOOKED,
        "SN": _S.BOOKED,
        "DC": _S.PICKED_UP,
        "SP": _S.PICKED_UP,
        "AR": _S.IN_TRANSIT,
        "DP": _S.IN_TRANSIT,
        "LD": _S.HELD,
        "AC": _S.OUT_FOR_DELIVERY,
        "PN1": _S.ATTEMPTED,
        "PN2": _S.ATTEMPTED,
        "DV": _S.DELIVERED,
        "RO": _S.RETURNING,
        "NR": _S.RETURNING,
        "RN1": _S.RETURNING,
        "RN2": _S.RETURNING,
        "RS": _S.RETURNED,
        "RW": _S.RETURNED,
        "DR": _S.RETURNED,
        "DW": _S.RETURNED,
        "CN": _S.CANCELLED,
        "CC": _S.CANCELLED,
    },
    "tcs": {
        "SM": _S.BOOKED,
        "PU": _S.PICKED_UP,
        "PK": _S.PICKED_UP,
        "IC": _S.IN_TRANSIT,
        "OFD": _S.OUT_FOR_DELIVERY,
        "DL": _S.OUT_FOR_DELIVERY,
        "SC": _S.HELD,
        "OK": _S.DELIVERED,
        "RO": _S.RETURNING,
        "RT": _S.RETURNED,
        "CN": _S.CANCELLED,
    },
}


def courier_status(courier: str, said: str, code: str | None = None) -> CourierStatus:
    """Return what a courier's phrase means: by the exact phrase (case and spacing aside), else by its code."""
    name = courier.strip().casefold()
    phrase = " ".join(said.split()).casefold()
    known = PHRASES.get(name, {}).get(phrase)
    if known is None and code is not None:
        known = CODES.get(name, {}).get(code.strip().upper())
    if known is None:
        known = CODES.get(name, {}).get(said.strip().upper())
    return CourierStatus.UNKNOWN if known is None else known


def is_later(said: tuple[int, CourierStatus], known: tuple[int | None, str | None]) -> bool:
    """Whether an event (epoch ms, status) comes after what is known; of two at one moment the further one counts.

    What is not understood never takes the place of what is. The answer does not depend on the order of arrival.
    """
    if said[1] is CourierStatus.UNKNOWN:
        return False
    if known[0] is None or known[1] is None:
        return True
    order = list(CourierStatus)
    return (said[0], order.index(said[1])) > (known[0], order.index(CourierStatus(known[1])))
