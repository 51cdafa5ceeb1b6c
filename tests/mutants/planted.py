"""The bugs. Each is one small change that a tired person could make, and the tests that must notice."""

from msgspec import Struct

ANY_HISTORY = (
    "tests/sync_protocol/test_any_history.py"
    "::test_the_books_are_right_after_many_long_histories_that_are_the_same_each_time"
)
"""Not the one that shrinks what it finds, which takes minutes."""
OUTBOX = "tests/server/test_outbox.py"


class Planted(Struct, frozen=True, kw_only=True):
    """`old` stands exactly once in the file at `path`; with `new` in its place one of `tests` must fail."""

    name: str
    says: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


PLANTED = (
    Planted(
        name="push_not_idempotent",
        says="an op pushed again takes effect again",
        path="sync_protocol/server_session.py",
        old="standings.append(Standing.KNOWN if same else Standing.REUSED)",
        new="standings.append(Standing.NEW)",
        tests=("tests/sync_protocol/test_server_session.py",),
    ),
    Planted(
        name="body_swap_same_id",
        says="another body under a known id passes for the known op",
        path="sync_protocol/server_session.py",
        old='same = not content or taken[incoming.id] in ("", content)',
        new="same = True",
        tests=("tests/sync_protocol/test_server_session.py", "tests/server/test_poison.py"),
    ),
    Planted(
        name="clear_outbox_on_send",
        says="a phone forgets its ops when it sends them, not when they are answered",
        path="tests/phone/exchanges.py",
        old="        ride = PullRide(",
        new="        memory.ops = [op for op in memory.ops if op not in batch]\n        ride = PullRide(",
        tests=("tests/phone/test_reference_phone.py",),
    ),
    Planted(
        name="restore_forgets",
        says="after a restore a phone offers only what was never answered",
        path="tests/phone/memory.py",
        old="if op.answered_at is None or op.answered_at >= since",
        new="if op.answered_at is None",
        tests=("tests/server/test_greeting_and_recovery.py", "tests/phone/test_reference_phone.py"),
    ),
    Planted(
        name="version_gap",
        says="a branch's ledger skips a version",
        path="sync_protocol/taking.py",
        old="entry = _entry(one, posting, one.incoming.read, version + 1, now)",
        new="entry = _entry(one, posting, one.incoming.read, version + 2, now)",
        tests=("tests/server/test_books.py",),
    ),
    Planted(
        name="balance_drift",
        says="a shelf forgets the second unit of a movement",
        path="sync_protocol/stock.py",
        old="moved[leg.account] += leg.units",
        new="moved[leg.account] += max(leg.units, -1)",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="reservation_drift",
        says="what is promised is never released",
        path="sync_protocol/decide/book.py",
        old="            self._reserve(self.fulfillments.get(shipment.id), -1)\n",
        new="",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="chain_break",
        says="an entry's hash does not depend on the entry before it",
        path="sync_protocol/ledger.py",
        old='digest_hex(previous_hash.encode("ascii") + canonical(kept))',
        new="digest_hex(canonical(kept))",
        tests=("tests/sync_protocol/test_ledger_chain.py",),
    ),
    Planted(
        name="retry_fulfil_blind",
        says="the store is not looked at before a fulfillment is created",
        path="server/outbox/fulfilling.py",
        old="    if found is not None:\n        return Plan(found_gid=found)",
        new="    if found is not None and not found:\n        return Plan(found_gid=found)",
        tests=(OUTBOX,),
    ),
    Planted(
        name="mark_done_before_call",
        says="an effect counts as done before the call is made",
        path="server/outbox/carrying_out.py",
        old='connection, effect, "sent", run_at=now, sent_at=now, keep_lease=True',
        new='connection, effect, "confirmed", run_at=now, sent_at=now, keep_lease=True',
        tests=(OUTBOX,),
    ),
    Planted(
        name="no_cooloff",
        says="after an unknown outcome the call is made again at once",
        path="server/outbox/stepping.py",
        old='state="unknown", wait_ms=cool_off_ms, why=str(error), tells=ShopifyState.UNKNOWN',
        new='state="unknown", wait_ms=0, why=str(error), tells=ShopifyState.UNKNOWN',
        tests=(OUTBOX,),
    ),
    Planted(
        name="stale_lease",
        says="a worker whose lease ran out still writes its outcome",
        path="server/db/outbox.py",
        old="WHERE shop_id = $1 AND key = $2 AND attempts = $3",
        new="WHERE shop_id = $1 AND key = $2 AND attempts >= $3",
        tests=(OUTBOX,),
    ),
    Planted(
        name="webhook_dup_applies_twice",
        says="the same event opens the same work again",
        path="server/db/webhooks.py",
        old="        ON CONFLICT DO NOTHING\n",
        new="        ON CONFLICT (shop_id, topic, event_id) DO UPDATE SET done_at = NULL\n",
        tests=("tests/server/test_webhooks.py", "tests/server/test_intake.py"),
    ),
    Planted(
        name="webhook_old_overwrites_new",
        says="an old reading of an order wins when it comes late",
        path="sync_protocol/decide/news.py",
        old="    if body.updated_at < before.shopify_updated_at:",
        new="    if body.updated_at < 0:",
        tests=("tests/sync_protocol/test_decide_properties.py",),
    ),
    Planted(
        name="no_reconcile",
        says="the sweep looks but reads nothing",
        path="server/intake/sweeping.py",
        old="        await _queue(reader, known, page)\n",
        new="        await _queue(reader, known, page[:0])\n",
        tests=("tests/server/test_intake.py",),
    ),
    Planted(
        name="leak_other_branch",
        says="a branch's phone is given every branch",
        path="sync_protocol/permissions.py",
        old="reach = [b.id for b in branches if b.id in staff.branch_ids]",
        new="reach = [b.id for b in branches]",
        tests=("tests/sync_protocol/test_tables.py", "tests/server/test_who_sees_what.py"),
    ),
    Planted(
        name="demoted_op_applied",
        says="nobody asks whether a person may do that",
        path="sync_protocol/decide/deciding.py",
        old="    allowed = may_record(who, kind, branch_of(book, body), rider_of(book, body))",
        new="    allowed = True",
        tests=("tests/sync_protocol/test_every_role_and_op.py",),
    ),
    Planted(
        name="revoked_device_syncs",
        says="a locked-out device goes on talking",
        path="server/db/devices.py",
        old="        return self.device.revoked_at is not None or not self.staff.active",
        new="        return not self.staff.active",
        tests=("tests/server/test_letting_in.py", "tests/server/test_parking.py"),
    ),
    Planted(
        name="cursor_skips",
        says="a phone takes a patch that begins beyond its cursor",
        path="sync_protocol/replica.py",
        old="return patch.from_version == self.cursors.get(patch.stream, 0)",
        new="return patch.from_version >= self.cursors.get(patch.stream, 0)",
        tests=("tests/sync_protocol/test_replica.py",),
    ),
    Planted(
        name="poison_blocks_queue",
        says="an op that can never be valid holds up what comes after it",
        path="sync_protocol/codes.py",
        old="        Code.REVOKED,\n        Code.FAILED,\n",
        new="        Code.REVOKED,\n        Code.FAILED,\n        Code.INVALID,\n",
        tests=("tests/server/test_poison.py",),
    ),
    Planted(
        name="reject_not_told",
        says="a refused op's answer is not among those that a phone is told again",
        path="server/db/op_log.py",
        old="WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3 AND n > $4 ORDER BY n LIMIT $5",
        new="WHERE shop_id = $1 AND device_id = $2 AND incarnation = $3 AND n > $4"
        " AND status <> 'refused' ORDER BY n LIMIT $5",
        tests=("tests/server/test_pulling.py",),
    ),
    Planted(
        name="float_money",
        says="rupees become paisa by way of a float",
        path="server/shopify/scalars.py",
        old="        amount = int((Decimal(money.shop_money.amount) * 100).to_integral_value())",
        new="        amount = int(float(money.shop_money.amount) * 100)",
        tests=("tests/shopify/test_money.py",),
    ),
    Planted(
        name="epoch_only_on_success",
        says="a refusal does not name the server's history",
        path="server/app.py",
        old='            if message["type"] == "http.response.start":',
        new='            if message["type"] == "http.response.start" and message["status"] < 400:',
        tests=("tests/server/test_letting_in.py", "tests/server/test_health.py"),
    ),
    Planted(
        name="two_phones_double_pack",
        says="the same line is deducted once per phone",
        path="sync_protocol/decide/shipping.py",
        old="split_at(wanted, lambda line: entitled_units(line) - line.out_units, order)",
        new="split_at(wanted, entitled_units, order)",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="cash_single_entry",
        says="the customer's cash appears from nowhere",
        path="sync_protocol/decide/cash.py",
        old="cash=paid(paisa, CUSTOMERS, holder_account(shipment)),",
        new="cash=paid(paisa, CUSTOMERS, holder_account(shipment))[1:],",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="run_cash_reopen",
        says="a run that is counted again brings all its cash into the till again",
        path="sync_protocol/decide/riding.py",
        old="        body.counted_paisa - (run.counted_paisa or 0),",
        new="        body.counted_paisa,",
        tests=("tests/sync_protocol/test_runs_and_cash.py",),
    ),
    Planted(
        name="exchange_double_restock",
        says="a returned unit is taken into stock as often as somebody says so",
        path="sync_protocol/decide/returning.py",
        old="        units = min(came.units, room[came.order_line_id])",
        new="        units = came.units",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="exchange_adds_up",
        says="an edit of an edit is added to the difference instead of replacing it",
        path="sync_protocol/decide/exchanging.py",
        old="        replacements=replacements,\n        delta_paisa=change.paisa,\n"
        "        from_agreements=change.from_agreements,\n        agreements=change.agreements,\n"
        "    )\n    if revised",
        new="        replacements=replacements,\n        delta_paisa=case.delta_paisa + change.paisa,\n"
        "        from_agreements=change.from_agreements,\n        agreements=change.agreements,\n"
        "    )\n    if revised",
        tests=("tests/sync_protocol/test_exchanges.py",),
    ),
    Planted(
        name="manual_and_branch_sync_deduct_twice",
        says="what was recorded by hand is asked for again when the store shows it",
        path="sync_protocol/orders.py",
        old="return max(0, line.shopify_fulfilled_units - line.shipped_units)",
        new="return max(0, line.shopify_fulfilled_units)",
        tests=("tests/sync_protocol/test_branch_sync.py",),
    ),
    Planted(
        name="count_erases_concurrent_op",
        says="a count posts what others did meanwhile as its own difference",
        path="sync_protocol/decide/counting.py",
        old="        later, unclear = _unseen(book, act, body.branch_id, line)",
        new="        later, unclear = 0, ()",
        tests=("tests/sync_protocol/test_counting.py",),
    ),
    Planted(
        name="count_below_zero_in_silence",
        says="a count that leaves a shelf below zero asks nobody",
        path="sync_protocol/decide/counting.py",
        old="(*flags, *oversells(book, act, posting))",
        new="tuple(flags)",
        tests=("tests/sync_protocol/test_counting.py",),
    ),
    Planted(
        name="late_fact_counts_twice",
        says="goods that had left before a count are deducted from the counted number",
        path="sync_protocol/decide/settling.py",
        old="    decision = _with_late_facts(book, act, decision)\n",
        new="",
        tests=("tests/sync_protocol/test_counting.py",),
    ),
    Planted(
        name="fix_twice_posts_twice",
        says="Fix Branch Stock posts its target instead of the difference",
        path="sync_protocol/decide/fixing.py",
        old="missing = {p: units - shipped[p] for p, units in wanted.items() if units != shipped[p]}",
        new="missing = {p: units for p, units in wanted.items() if units}",
        tests=("tests/sync_protocol/test_fixing_branch_stock.py",),
    ),
    Planted(
        name="manual_tells_shopify",
        says="a manual record is written to the store when it is delivered",
        path="sync_protocol/decide/sending.py",
        old="        shipment.shopify_state is not ShopifyState.NOT_YET\n"
        "        or shipment.workflow is not Workflow.SMART\n",
        new="        shipment.shopify_state is ShopifyState.QUEUED\n",
        tests=(ANY_HISTORY,),
    ),
    Planted(
        name="hidden_phone_erases",
        says="a name that the store hides takes away the one that is known",
        path="sync_protocol/decide/news.py",
        old="    return seen if seen is not None and seen != shown else known",
        new="    return seen if seen != shown else known",
        tests=("tests/sync_protocol/test_customers.py",),
    ),
    Planted(
        name="no_pause_after_restore",
        says="Shopify is written to while calls of the lost history may still land",
        path="server/outbox/carrying_out.py",
        old="        if carrier.clock() < (await epochs.read_history(connection)).outbound_from:",
        new="        if carrier.clock() < 0:",
        tests=("tests/server/test_backup_and_restore.py",),
    ),
    Planted(
        name="restore_unlocks",
        says="a restored backup lets a locked-out phone talk again",
        path="server/db/restoring.py",
        old="WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL",
        new="WHERE shop_id = $1 AND id = $2 AND $3 < 0",
        tests=("tests/server/test_backup_and_restore.py",),
    ),
    Planted(
        name="deaf_to_witnesses",
        says="what phones saw of the ledger is not compared",
        path="server/db/witnesses.py",
        old="        return self.ours == self.hash",
        new="        return self.ours is not None or self.hash != self.ours",
        tests=("tests/server/test_fleet.py",),
    ),
    Planted(
        name="quarantine_leaks",
        says="what a locked-out phone hands over takes effect at once",
        path="sync_protocol/taking.py",
        old="    if sender.quarantined:",
        new="    if sender.quarantined and not sender.staff.active:",
        tests=("tests/server/test_parking.py", "tests/sync_protocol/test_replaying.py"),
    ),
    Planted(
        name="replay_out_of_order",
        says="parked ops are decided anew in another order than they were recorded in",
        path="sync_protocol/taking.py",
        old="key=lambda item: item[1].place",
        new="key=lambda item: (-item[1].place[0], -item[1].place[1])",
        tests=("tests/server/test_parking.py",),
    ),
    Planted(
        name="journal_trusts_no_backup",
        says="phones let go of ops after a fortnight although no backup has them",
        path="sync_protocol/journal.py",
        old="(age_days > JOURNAL_FLOOR_DAYS and at < backed_up)",
        new="age_days > JOURNAL_FLOOR_DAYS",
        tests=("tests/sync_protocol/test_journal.py",),
    ),
)
