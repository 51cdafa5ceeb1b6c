"""Cash at the door: who has it after a delivery, and what of it was the difference of an exchange."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book, Recorded
from sync_protocol.exchanges import ExchangeCase, MoneyTrack, Settlement, SettleMethod
from sync_protocol.fulfillments import Fulfillment
from sync_protocol.ledger import (
    CUSTOMERS,
    EntryKind,
    Posting,
    courier_account,
    paid,
    rider_account,
    till_account,
)
from sync_protocol.orders import Order, open_exchange, still_due_paisa
from sync_protocol.statuses import derived


def holder_account(shipment: Fulfillment) -> str:
    """Return the cash account of whoever takes money for this parcel: rider, courier, or the branch itself."""
    if shipment.rider_id is not None:
        return rider_account(shipment.rider_id)
    if shipment.courier is not None:
        return courier_account(shipment.courier)
    return till_account(shipment.branch_id)


def at_its_riders_hand(book: Book, shipment: Fulfillment) -> Fulfillment:
    """Return a parcel as its run's rider had it, also when the run's books are closed and the rider is told no more."""
    run = None if shipment.run_id is None else book.runs.get(shipment.run_id)
    return shipment if run is None else replace(shipment, rider_id=run.rider_id)


def collected(act: Recorded, shipment: Fulfillment, paisa: int, place: int) -> tuple[Posting, ...]:
    """Return the payment at the door; nothing was paid where there is nothing to pay."""
    if paisa == 0:
        return ()
    return (
        Posting(
            id=act.entry_id(place),
            branch_id=shipment.branch_id,
            kind=EntryKind.CASH_COLLECTED,
            cash=paid(paisa, CUSTOMERS, holder_account(shipment)),
            order_id=shipment.order_id,
            fulfillment_id=shipment.id,
            run_id=shipment.run_id,
        ),
    )


def with_door_cash(order: Order, shipment: Fulfillment, paisa: int, act: Recorded) -> Order:
    """Return the order with cash taken at the door, of which an open exchange's difference may be a part."""
    case = open_exchange(order)
    paid_now = replace(order, door_paisa=order.door_paisa + paisa)
    if case is not None and paisa > 0 and (share := _share(paid_now, case, shipment, paisa)) != 0:
        settlement = Settlement(
            paisa=share,
            at_door=True,
            method=SettleMethod.CASH,
            reference=shipment.id,
            by=act.staff.id,
            at=act.read.op.at,
        )
        settled = replace(case, settlements=(*case.settlements, settlement))
        cases = tuple(settled if c.id == case.id else c for c in order.exchanges)
        paid_now = replace(paid_now, exchanges=cases)
    return derived(paid_now)


def _share(order: Order, case: ExchangeCase, shipment: Fulfillment, paisa: int) -> int:
    """Return how much of the parcel's cash was the difference.

    Where the parcels collect the new amount, the difference is settled when all that is due has been paid.
    """
    left = case.due_paisa - case.settled_paisa
    if case.money is MoneyTrack.WITH_PARCEL:
        return left if still_due_paisa(order) == 0 else 0
    swapped = {item.order_line_id for item in case.replacements}
    if left > 0 and any(line.order_line_id in swapped for line in shipment.lines):
        return min(left, paisa)
    return 0
