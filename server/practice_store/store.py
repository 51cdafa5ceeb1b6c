"""The practice store: takes commands, keeps their journal, and lets time pass over what it promised to do later."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from server.practice_store.bulk import Exporter, FileStorage
from server.practice_store.catalogue import Stocktaker
from server.practice_store.chance import Chance, chance_from
from server.practice_store.commands import (
    AddressDraft,
    CustomerDraft,
    LineDraft,
    PlaceOrder,
    SeedCatalogue,
    UserError,
)
from server.practice_store.commands_platform import CallLater, RunBulkQuery, TakeLateCall
from server.practice_store.cost import Bucket
from server.practice_store.drawing import draw_order, payment
from server.practice_store.edits import CommittedEdit
from server.practice_store.every_command import RULES, AnyCommand
from server.practice_store.exporting import due_exports, end_exports
from server.practice_store.faults import ApiFaults, BulkFault, WebhookFaults
from server.practice_store.idempotency import KeyedCall, Memory
from server.practice_store.identity import Numbers
from server.practice_store.journal import (
    VERSION,
    Accepted,
    Finished,
    Header,
    Journal,
    JournalMismatchError,
)
from server.practice_store.late_calls import due_calls
from server.practice_store.orders import Order
from server.practice_store.people import draw_address
from server.practice_store.shop import AppInstallation, Location, LocationAddress, Shop
from server.practice_store.state import LateCall, State
from server.practice_store.stocking import (
    announce_levels,
    first_stock,
    follow_orders,
    restock_returned,
)
from server.practice_store.subscriptions import WebhookSubscription
from server.practice_store.tokens import AppSecrets, Tokens
from server.practice_store.webhooks import WebhookQueue

FIRST_NUMBER = 5_632_000_000_000
CATALOGUE_NUMBERS = 1000


class PracticeStore:
    """One simulated store.

    `clock` gives milliseconds since 1970, UTC. `seed` decides everything random, `journal` is where accepted commands are
    kept (None: in memory only). `first_number` is where ids start; beyond 2**53 it shows who reads them as floats.
    `webhook_uri` subscribes that address to `webhook_topics` for good, as an app's configuration would; apps may subscribe
    more over the API. Orders are routed within `routing_ms`; `search_lag_ms` is how far listings of orders lag behind.
    `bulk_ms` is how long an export waits to begin and how long it then takes.
    A merchant's agreement leads back to one of `redirect_uris`, or with none to any address.

    Raises:
        JournalMismatchError: the journal is not this store's.
    """

    def __init__(  # noqa: PLR0913 - what can be set, all by name
        self,
        *,
        domain: str,
        seed: int,
        client_secret: str,
        access_token: str,
        clock: Callable[[], int],
        journal: Path | None = None,
        client_id: str = "practice-client-id",
        name: str = "Practice Store",
        first_number: int = FIRST_NUMBER,
        webhook_uri: str | None = None,
        webhook_topics: Sequence[str] = (),
        routing_ms: tuple[int, int] = (300, 3000),
        search_lag_ms: int = 0,
        bulk_ms: tuple[int, int] = (300, 1200),
        allow_local_http: bool = True,
        redirect_uris: Sequence[str] = (),
    ) -> None:
        self.domain = domain
        self.seed = seed
        self.client_secret = client_secret
        self.clock = clock
        self.routing_ms = routing_ms
        self.search_lag_ms = search_lag_ms
        self.bulk_ms = bulk_ms
        self.bucket = Bucket()
        self.api_faults = ApiFaults(chance_from(seed, "api"))
        self.bulk_faults: list[BulkFault] = []
        self.exporter: Exporter | None = None
        self.answer_late: Callable[[CallLater], object] | None = None
        self.webhooks = WebhookQueue(
            domain=domain,
            faults=WebhookFaults(),
            chance=chance_from(seed, "webhooks"),
            remember=self._remember_finished,
        )
        self.wake_sender: Callable[[], None] = lambda: None
        self.state = self._empty_state(name, first_number)
        self.state.allow_local_http = allow_local_http
        self.redirect_uris = tuple(redirect_uris)
        secrets = AppSecrets(
            client_id=client_id, client_secret=client_secret, fixed_token=access_token
        )
        self.tokens = Tokens(secrets=secrets, salt=f"{domain}:{seed}", state=self.state)
        self._subscribe_configured(webhook_uri, webhook_topics)
        self._to_route: list[tuple[int, int]] = []
        self._accepted = 0
        self._memory = Memory()
        self._keyed: KeyedCall | None = None
        self._journal: Journal | None = None
        if journal is not None:
            self._become(Journal(journal, Header(version=VERSION, domain=domain, seed=seed)))

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()

    def settle(self) -> None:
        """Let the time pass until now: what is due (routing, exports, late calls) gets done and announced."""
        self._catch_up()
        self._settle(self.clock())

    def execute(self, command: AnyCommand) -> object:
        """Carry out a command. Returns what it made or changed, or a list of `UserError` if it was not accepted."""
        self._catch_up()
        keyed = self._keyed
        if keyed is None:
            return self._execute(command)
        known = self._memory.recall(keyed)
        if known is not None:
            return known
        result = self._execute(command, keyed)
        if isinstance(result, list):
            self._memory.keep(keyed, result)
        return result

    @contextlib.contextmanager
    def under_key(self, keyed: KeyedCall | None) -> Iterator[None]:
        """Carry out what the block asks for as something that may have been asked for before."""
        around, self._keyed = self._keyed, keyed
        try:
            yield
        finally:
            self._keyed = around

    def bulk_command(self, query: str, *, grouped: bool) -> RunBulkQuery | list[UserError]:
        """Return the command for an export, with what is to go wrong with it, or why its query is refused."""
        assert self.exporter is not None, "asked over the API"
        refusals = self.exporter.refusals(query)
        if refusals:
            return refusals
        starts_after_ms, takes_ms = self.bulk_ms
        fault = self.bulk_faults.pop(0) if self.bulk_faults else None
        if fault is not None and fault.times > 1:
            self.bulk_faults.insert(0, msgspec.structs.replace(fault, times=fault.times - 1))
        return RunBulkQuery(
            query=query,
            grouped=grouped,
            starts_after_ms=starts_after_ms,
            takes_ms=takes_ms,
            fails_with=fault.error if fault else None,
            kept_share=fault.kept_share if fault else 0.0,
        )

    def _execute(self, command: AnyCommand, keyed: KeyedCall | None = None) -> object:
        now_ms = self.clock()
        result = self._apply(command, now_ms, keyed)
        if isinstance(result, list):
            return result
        if self._journal is not None:
            self._journal.append(Accepted(at_ms=now_ms, command=command, keyed=keyed))
        self.wake_sender()
        return result

    def place_order(
        self,
        lines: Iterable[LineDraft] | None = None,
        customer: CustomerDraft | None = None,
        shipping_address: AddressDraft | None = None,
        *,
        phone: str | None = None,
        note: str | None = None,
        paid: bool = False,
    ) -> Order:
        """Place an order; whatever is not given is drawn at random. Raises ValueError for lines that cannot be ordered."""
        chance = self.chance_of("order", self._accepted)
        draft = draw_order(
            chance, list(self.state.variants.values()), chance.randint(*self.routing_ms)
        )
        given: dict[str, object] = {}
        if lines is not None:
            given |= {"lines": tuple(lines), "transactions": (payment(paid=paid),)}
        if customer is not None:
            given |= {"customer": customer, "phone": phone, "email": customer.email}
            given["shipping_address"] = draw_address(chance, customer)
        if shipping_address is not None:
            given["shipping_address"] = shipping_address
        if note is not None:
            given["note"] = note
        result = self.execute(_replaced(draft, given))
        if not isinstance(result, Order):
            raise ValueError(result)  # noqa: TRY004 - a refusal, not a wrong type
        return result

    def chance_of(self, *what: object) -> Chance:
        """Return the randomness for one thing, the same for the same store and thing."""
        return chance_from(self.seed, *what)

    # Carrying out

    def _apply(self, command: AnyCommand, at_ms: int, keyed: KeyedCall | None = None) -> object:
        self._settle(at_ms)
        result = self._carry_out(command, at_ms)
        if isinstance(result, list):
            return result
        self._accepted += 1
        if keyed is not None:
            self._memory.keep(keyed, result)
        if isinstance(result, Order) and not result.is_routed:
            heapq.heappush(self._to_route, (result.routed_at, result.number))
        follow_orders(
            self.state,
            self._announced_orders(),
            at_ms,
            gone=_not_restocked(command, result),
        )
        restock_returned(self.state, [one.subject for one in self.state.announcements], at_ms)
        announce_levels(self.state, at_ms)
        self._pass_on_announcements(f"command:{self._accepted}")
        self._settle(at_ms)
        return result

    def _announced_orders(self) -> list[Order]:
        """The orders that a command changed, each once."""
        subjects = [one.subject for one in self.state.announcements]
        orders = (
            one if isinstance(one, Order) else getattr(one, "order", None) for one in subjects
        )
        return list(dict.fromkeys(one for one in orders if isinstance(one, Order)))

    def _carry_out(self, command: AnyCommand, at_ms: int) -> object:
        match command:
            case SeedCatalogue():
                return self._seed_catalogue(at_ms)
            case _:
                return RULES[type(command)](self.state, command, at_ms)

    def _catch_up(self) -> None:
        """Do what was due before now and goes into the journal as commands do: late calls, and reading exports."""
        for number in due_calls(self.state, self.clock()) if self.answer_late else ():
            taken = self._execute(TakeLateCall(call=number))
            if isinstance(taken, LateCall) and self.answer_late is not None:
                self.answer_late(taken.call)
        for operation in due_exports(self.state, self.clock()) if self.exporter else ():
            assert self.exporter is not None
            self._execute(self.exporter.read(operation))

    def _settle(self, now_ms: int) -> None:
        while self._to_route and self._to_route[0][0] <= now_ms:
            routed_at, number = heapq.heappop(self._to_route)
            order = self.state.orders.get(number)
            if order is None or order.is_routed:
                continue
            order.is_routed = True
            for work in order.work:
                topic = "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE"
                self.state.announce(topic, work, routed_at, cause=f"routed:{work.number}")
        end_exports(self.state, now_ms)
        self._pass_on_announcements("time")

    def _pass_on_announcements(self, cause: str) -> None:
        announced, self.state.announcements = self.state.announcements, []
        for one in announced:
            self.webhooks.add(one, self.state, cause)
        if announced:
            self.wake_sender()

    def _seed_catalogue(self, at_ms: int) -> State | list[UserError]:
        if self.state.variants:
            return [UserError(message="The store has its catalogue.")]
        for name, city, province in (
            ("Lahore Gulberg", "Lahore", "Punjab"),
            ("Islamabad F-10", "Islamabad", "Islamabad"),
        ):
            number = self.state.numbers.take()
            address = LocationAddress(city=city, province=province)
            self.state.locations[number] = Location(number=number, name=name, address=address)
        numbers = [self.state.numbers.take() for _ in range(CATALOGUE_NUMBERS)]
        variants = Stocktaker(self.chance_of("catalogue"), numbers, at_ms).draw_up()
        self.state.variants = {variant.number: variant for variant in variants}
        for variant in variants:
            first_stock(self.state, variant, self.chance_of("stock", variant.sku), at_ms)
        return self.state

    # Beginning

    def _empty_state(self, name: str, first_number: int) -> State:
        numbers = Numbers(first_number)
        state = State(
            shop=Shop(number=numbers.take(), name=name, myshopify_domain=self.domain),
            app=AppInstallation(number=numbers.take()),
            numbers=numbers,
            storage=FileStorage(secret=self.client_secret),
        )
        number = numbers.take()
        address = LocationAddress(
            address1="Plot 12, SITE Area", city="Karachi", province="Sindh", zip="75700"
        )
        state.locations[number] = Location(number=number, name="Karachi Warehouse", address=address)
        return state

    def _subscribe_configured(self, uri: str | None, topics: Sequence[str]) -> None:
        """Configured subscriptions have small numbers and are in no journal: the address may change with each start."""
        for number, topic in enumerate(topics if uri is not None else (), start=1):
            self.state.subscriptions[number] = WebhookSubscription(
                number=number, topic=topic, uri=uri or "", created_at=0, updated_at=0, by_api=False
            )

    def _become(self, journal: Journal) -> None:
        """Carry out the journal's commands again; webhooks it says are finished are not sent again."""
        lines = journal.read_back()
        self.webhooks.finished.update(line.key for line in lines if isinstance(line, Finished))
        for line in lines:
            if isinstance(line, Accepted) and isinstance(
                self._apply(line.command, line.at_ms, line.keyed), list
            ):
                raise JournalMismatchError(f"no longer accepted: {line.command}")
        self._journal = journal

    def _remember_finished(self, key: str) -> None:
        if self._journal is not None:
            self._journal.append(Finished(key=key))


def seed_catalogue(store: PracticeStore) -> None:
    """Give the store its standard locations and catalogue, unless its journal already did."""
    if not store.state.variants:
        store.execute(SeedCatalogue())


def _not_restocked(command: AnyCommand, result: object) -> Collection[int] | None:
    """The items of which what a command releases does not go back on the shelf; None for all."""
    if isinstance(result, CommittedEdit):
        variants = (line.variant for line in result.not_restocked)
        return {one.inventory_item.number for one in variants if one is not None}
    return () if getattr(command, "restock", True) else None


def _replaced(draft: PlaceOrder, given: dict[str, object]) -> PlaceOrder:
    values = {name: getattr(draft, name) for name in draft.__struct_fields__}
    return PlaceOrder(**(values | given))
