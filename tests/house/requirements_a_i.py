"""A1–A26, how open questions are read, and I1–I23, what always holds; and the tests that hold each. There is no A3."""

from tests.house.holding import Held, held

READINGS: dict[str, Held] = {
    "A1": held(
        "Shopify's stock is Shopify's and ours is ours: nothing here writes theirs.",
        "tests/shopify/test_operations.py::test_the_only_writes_are_about_shipments_but_for_what_a_shop_switches_on",
        "tests/scenarios/test_orders_and_asking.py::test_a_new_order_is_unfulfilled_and_takes_nothing_from_any_shelf",
    ),
    "A2": held(
        "A pending shipment promises goods without moving them, and a fact is never stopped by that.",
        "tests/scenarios/test_smart_fulfillment.py::test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only",
        "tests/scenarios/test_manual_fulfillment.py::test_what_is_promised_to_a_parcel_is_released_when_it_went_by_hand",
    ),
    "A4": held(
        "The same goods leave once whichever ways they were recorded; what is too much is asked about.",
        "tests/scenarios/test_manual_fulfillment.py::test_what_is_fulfilled_in_shopify_later_is_matched_and_asks_for_no_branch",
        "tests/scenarios/test_manual_fulfillment.py::test_what_head_office_did_already_is_not_deducted_again",
        "tests/scenarios/test_two_stories.py::test_packed_at_one_branch_and_synced_from_another",
    ),
    "A5": held(
        "Of two phones that sent the same goods the second is asked about, and any answer can be put right.",
        "tests/scenarios/test_two_phones.py::test_the_same_parcel_packed_twice_leaves_once",
        "tests/scenarios/test_two_phones.py::test_it_really_went_twice_and_the_second_is_deducted_with_a_reason",
        "tests/scenarios/test_two_phones.py::test_it_left_from_the_other_branch_and_the_deduction_moves",
    ),
    "A6": held(
        "Going below zero is posted as it is, shown, asked about, and settled by a count.",
        "tests/scenarios/test_two_phones.py::test_the_last_unit_packed_for_two_orders_takes_the_shelf_below_zero",
        "tests/scenarios/test_branch_sync.py::test_confirming_below_zero_is_shown_at_once_and_asked_about",
        "tests/scenarios/test_branch_life.py::test_a_count_that_brings_the_shelf_above_zero_settles_the_oversell",
    ),
    "A7": held(
        "A return counts when opened, unit by unit, at the branch that has it; the rest stays out.",
        "tests/scenarios/test_returns.py::test_each_unit_goes_where_it_belongs",
        "tests/scenarios/test_returns.py::test_announced_here_but_scanned_there_counts_there",
        "tests/scenarios/test_returns.py::test_a_part_comes_first_and_the_rest_stays_expected",
    ),
    "A8": held(
        "An original is released, unpacked or expected back, by how far it had got.",
        "tests/sync_protocol/test_exchanges.py::test_an_edit_opens_a_case_that_names_originals_replacements_and_the_first_step",
        "tests/sync_protocol/test_exchanges.py::test_before_packing_the_original_is_released_and_never_comes_back",
        "tests/scenarios/test_exchanges.py::test_a_dispatched_original_is_expected_back_and_only_a_receipt_brings_it",
    ),
    "A9": held(
        "The difference goes with an unpaid parcel, else it is collected or given back and recorded.",
        "tests/sync_protocol/test_exchange_money.py::test_what_was_not_paid_yet_is_collected_by_the_parcel_and_settles_itself",
        "tests/sync_protocol/test_exchange_money.py::test_an_exchange_fee_is_shown_apart_and_collected_with_the_parcel",
        "tests/scenarios/test_exchanges.py::test_a_store_that_hides_its_accounts_is_read_from_the_lines",
    ),
    "A10": held(
        "Edits are told apart, staff may name one otherwise, and a change after the yes asks anew.",
        "tests/scenarios/test_exchanges.py::test_not_every_edit_is_an_exchange_and_the_team_may_say_so",
        "tests/sync_protocol/test_asking_the_customer.py::test_what_was_agreed_is_asked_again_when_it_changes",
    ),
    "A11": held(
        "Shipments together promise no more than what was ordered and has not left.",
        "tests/scenarios/test_smart_fulfillment.py::test_no_more_can_be_promised_than_was_ordered",
        "tests/scenarios/test_two_phones.py::test_two_branches_claim_the_last_free_units_and_the_loser_hears_who_and_where",
    ),
    "A12": held(
        "A dispatch stands whatever Shopify says, and Shopify's answer is shown and can be tried again.",
        "tests/scenarios/test_smart_fulfillment.py::test_shopifys_no_never_undoes_the_dispatch_and_can_be_tried_again",
        "tests/server/test_outbox.py::test_what_the_store_will_never_take_fails_visibly_and_the_goods_stay_out",
        "tests/server/test_outbox.py::test_a_part_of_an_order_fulfills_no_more_than_that_part",
    ),
    "A13": held(
        "A step may be undone by who took it, for a while; in Shopify too, if that is chosen.",
        "tests/scenarios/test_smart_fulfillment.py::test_undoing_somebody_elses_packing_is_looked_at",
        "tests/scenarios/test_smart_fulfillment.py::test_a_dispatch_taken_back_is_taken_back_in_shopify_and_told_anew",
        "tests/server/test_following_up.py::test_a_dispatch_taken_back_here_alone_stays_told_there",
    ),
    "A14": held(
        "Goods without a branch are Branch Sync while fresh and a case to fix after a day.",
        "tests/scenarios/test_branch_sync.py::test_what_nobody_names_in_a_day_is_for_fix_branch_stock",
        "tests/sync_protocol/test_branch_sync.py::test_what_nobody_assigned_in_time_is_a_case_to_fix",
    ),
    "A15": held(
        "A fix says what should stand; only the difference moves, and an old screen is asked again.",
        "tests/scenarios/test_fix_branch_stock.py::test_two_supervisors_at_once_and_the_second_is_asked_again",
        "tests/scenarios/test_fix_branch_stock.py::test_what_came_back_meanwhile_stays_back",
        "tests/sync_protocol/test_fixing_branch_stock.py::test_a_whole_shipment_moves_with_all_that_is_known_of_it",
    ),
    "A16": held(
        "The headline is the first of all that is true of an order; the rest is in its queues.",
        "tests/sync_protocol/test_headline.py::test_the_headline_is_the_first_of_all_that_is_true",
        "tests/sync_protocol/test_headline.py::test_what_the_headline_does_not_say_is_still_work_for_somebody",
    ),
    "A17": held(
        "Couriers need no interface: names and numbers are typed, and the tracking link follows.",
        "tests/sync_protocol/test_tracking.py::test_a_parcel_goes_by_any_courier_with_its_number_as_somebody_typed_it",
        "tests/server/test_outbox.py::test_a_dispatched_shipment_is_told_to_the_store_with_its_tracking_and_link",
    ),
    "A18": held(
        "Asking is the shop's policy; what left in Shopify unasked is not held up.",
        "tests/sync_protocol/test_asking_the_customer.py::test_a_shipment_is_made_only_when_nobody_has_to_be_asked",
        "tests/sync_protocol/test_asking_the_customer.py::test_going_ahead_without_a_yes_needs_a_reason_from_who_may",
        "tests/sync_protocol/test_branch_sync.py::test_confirming_the_branch_deducts_there_with_courier_and_number",
    ),
    "A19": held(
        "The customer is told of a dispatch unless not wanted, and of a correction only if wanted.",
        "tests/server/test_outbox.py::test_the_store_writes_to_the_customer_exactly_when_that_was_wanted",
        "tests/sync_protocol/test_tracking.py::test_another_number_is_told_to_the_store_once_it_knows_the_first",
    ),
    "A20": held(
        "A cancel in Shopify releases what was promised and asks about what was packed or sent.",
        "tests/scenarios/test_smart_fulfillment.py::test_an_order_cancelled_in_shopify_is_taken_out_of_work",
        "tests/server/test_intake.py::test_a_cancel_in_the_store_releases_what_was_promised_and_asks_about_what_was_packed",
    ),
    "A21": held(
        "Every role has its rights, at its own branches only where that is meant.",
        "tests/sync_protocol/test_every_role_and_op.py::test_who_may_record_what_and_where",
        "tests/sync_protocol/test_every_role_and_op.py::test_the_rights_of_the_code_are_those_of_the_table",
    ),
    "A22": held(
        "Late work keeps its own time beside ours, and no past is rewritten; odd clocks are asked about.",
        "tests/server/test_history.py::test_an_orders_history_names_person_device_both_times_before_after_and_why",
        "tests/server/test_history.py::test_the_stock_of_a_branch_can_be_read_at_any_past_moment",
        "tests/sync_protocol/test_counting.py::test_a_clock_that_is_wrong_is_asked_about_once_and_never_refused",
    ),
    "A23": held(
        "The app speaks English and right-to-left Urdu, with Western digits and rupees.",
        "tests/browser/test_manual_in_urdu.py::test_three_taps_in_urdu_deduct_once_and_leave_the_store_alone",
        "pwa/tests/house/words.test.ts::Urdu says everything that English says, and nothing else",
        "pwa/tests/ui/order-card.test.ts::the chat begins in Urdu where the app speaks Urdu, with Western digits",
    ),
    "A24": held(
        "A missing phone or address can be typed in, says by whom, and outlives what Shopify hides.",
        "tests/scenarios/test_orders_and_asking.py::test_a_number_typed_here_outlives_a_shop_that_hides_it",
        "tests/sync_protocol/test_customers.py::test_what_is_missing_from_a_contact_is_flagged_until_somebody_writes_it_down",
        "tests/shopify/test_client.py::test_customer_data_that_the_plan_hides_is_missing_from_an_order_that_still_arrives",
    ),
    "A25": held(
        "A branch opens its stock, receives, sells, sends, takes in and counts.",
        "tests/scenarios/test_branch_life.py::test_opening_receiving_and_the_counter",
        "tests/scenarios/test_branch_life.py::test_a_box_between_branches_is_nowhere_on_sale_until_it_is_opened",
        "tests/server/test_stock_command.py::test_a_branch_opens_with_a_file_and_the_same_file_again_counts_once",
    ),
    "A26": held(
        "Gifts, services and other lines that are no goods never touch stock.",
        "tests/scenarios/test_branch_sync.py::test_goods_that_are_no_goods_ask_for_no_branch",
        "tests/sync_protocol/test_no_goods.py::test_a_line_that_is_no_goods_moves_nothing_in_any_workflow",
    ),
}

INVARIANTS: dict[str, Held] = {
    "I1": held(
        "Every balance is the sum of its movements, on the server and on each phone.",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
        "tests/server/test_random_histories.py::test_the_books_hold_after_every_step_of_any_history",
        "tests/server/test_books.py::test_verify_finds",
    ),
    "I2": held(
        "Every posting sums to zero for each thing.",
        "tests/server/test_books.py::test_the_database_refuses_legs_that_do_not_balance",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
    ),
    "I3": held(
        "The ledger only grows; a posting is reversed once at most, by its exact opposite.",
        "tests/server/test_books.py::test_the_database_refuses_to_change_or_forget_a_ledger_row",
        "tests/server/test_books.py::test_unpacking_is_the_exact_reverse_of_the_packing_it_names",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
    ),
    "I4": held(
        "No more of a line is out than was due, unless a supervisor said so with a reason.",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
        "tests/sync_protocol/test_resolving.py::test_sent_twice_goes_beyond_what_was_ordered_only_with_a_reason",
    ),
    "I5": held(
        "Never does more come back than is out.",
        "tests/scenarios/test_returns.py::test_more_than_was_out_is_not_invented",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
    ),
    "I6": held(
        "Goods are out exactly while their shipment says so.",
        "tests/sync_protocol/test_every_state_and_op.py::test_a_shipment_goes_only_where_the_product_says",
        "tests/sync_protocol/test_tables.py::test_goods_are_out_exactly_between_packing_and_their_return",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
    ),
    "I7": held(
        "However often an op is sent, it takes effect once and gets the same bytes for an answer.",
        "tests/server/test_pushing.py::test_pushing_the_same_ops_again_gives_the_same_bytes_and_moves_nothing",
        "tests/server/test_pushing.py::test_a_clone_and_its_twin_pushing_the_same_ops_at_once_both_get_the_one_answer",
        "tests/server/test_crash_points.py::test_breaking_at_any_statement_of_a_push_takes_nothing_and_the_next_push_takes_all",
    ),
    "I8": held(
        "Work that does not collide ends the same in any order; of what collides the loser is asked about.",
        "tests/sync_protocol/test_any_order.py::test_work_that_does_not_collide_leaves_the_same_books_in_whatever_order_it_arrives",
        "tests/sync_protocol/test_any_order.py::test_of_work_that_collides_no_more_leaves_than_was_ordered_and_each_loser_is_asked_about",
    ),
    "I9": held(
        "Nothing that a phone called saved is ever lost; each op gets its one result.",
        "tests/server/test_random_histories.py::test_the_books_hold_after_every_step_of_any_history",
        "tests/server/test_greeting_and_recovery.py::test_a_server_restored_from_a_backup_is_healed_by_its_phones",
        "pwa/tests/store/outbox.test.ts::recording says done only after the transaction is complete",
    ),
    "I10": held(
        "Pulling in pages of any size, broken off anywhere, gives the same rows with no gap.",
        "tests/server/test_pulling.py::test_any_page_size_gives_the_same_rows",
        "tests/server/test_pulling.py::test_no_row_is_missed_and_versions_are_dense_while_eight_phones_push_and_four_pull",
        "pwa/tests/store/rows.test.ts::a page that fails in the middle changes neither rows nor cursor",
    ),
    "I11": held(
        "A fix posts the difference, nothing the second time, and never on an old version.",
        "tests/sync_protocol/test_fixing_branch_stock.py::test_after_any_fixes_the_shelves_hold_what_the_targets_say",
        "tests/sync_protocol/test_fixing_branch_stock.py::test_a_fix_of_what_somebody_changed_meanwhile_is_asked_again",
        "tests/sync_protocol/test_fixing_branch_stock.py::test_units_that_came_back_are_not_part_of_the_target",
    ),
    "I12": held(
        "An exchange brings back no more than had left, and its money has one direction, reckoned anew.",
        "tests/scenarios/test_exchanges_again.py::test_the_original_that_was_never_out_never_comes_in",
        "tests/sync_protocol/test_exchange_money.py::test_a_difference_is_to_collect_or_to_refund_or_even_and_never_two_of_them",
        "tests/sync_protocol/test_exchanges.py::test_an_edit_of_the_edit_is_a_new_revision_and_is_not_added_up",
    ),
    "I13": held(
        "Neither manual work nor a recorder or rider ever causes a write to Shopify.",
        "tests/sync_protocol/test_every_role_and_op.py::test_no_op_of_the_manual_workflow_reaches_the_store",
        "tests/sync_protocol/test_every_role_and_op.py::test_no_op_of_a_rider_reaches_the_store_at_any_stage",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
    ),
    "I14": held(
        "Each shipment is at most one in Shopify, and hearing of our own opens no Branch Sync.",
        "tests/server/test_outbox.py::test_a_worker_that_dies_around_its_call_leaves_one_shipment",
        "tests/server/test_outbox.py::test_whatever_comes_of_the_call_there_is_one_shipment_in_the_end",
        "tests/server/test_intake.py::test_our_own_shipment_seen_again_in_the_store_opens_nothing",
    ),
    "I15": held(
        "Who belongs to one branch cannot post at another.",
        "tests/sync_protocol/test_every_role_and_op.py::test_lahores_staff_cannot_post_at_karachi",
        "tests/sync_protocol/test_every_role_and_op.py::test_returns_and_transfers_are_taken_in_where_they_come",
    ),
    "I16": held(
        "What couriers say moves nothing, and gives the same picture in any order.",
        "tests/sync_protocol/test_tracking.py::test_tracking_events_in_any_order_and_twice_give_the_same_parcel",
    ),
    "I17": held(
        "Of what one branch sent another, everything is received, short, damaged or on its way.",
        "tests/sync_protocol/test_transfers.py::test_whatever_is_said_to_have_arrived_nothing_appears_and_nothing_vanishes",
    ),
    "I18": held(
        "A count posts what was found less what was expected; earlier work told late is not taken twice.",
        "tests/sync_protocol/test_counting.py::test_in_whatever_order_a_sale_before_a_count_and_one_after_it_arrive_the_shelf_is_right",
        "tests/sync_protocol/test_counting.py::test_the_counting_phones_own_earlier_work_is_in_what_it_expects",
        "tests/scenarios/test_branch_life.py::test_sold_before_the_count_but_told_later_is_not_taken_twice",
    ),
    "I19": held(
        "A rider's cash is handed over, owed or a named shortage; no run closes with anything open.",
        "tests/sync_protocol/test_runs_and_cash.py::test_after_any_day_every_rupee_of_the_run_is_somewhere",
        "tests/scenarios/test_rider_runs.py::test_every_parcel_is_seen_again_and_every_rupee_counted_before_it_closes",
    ),
    "I20": held(
        "What is free is what is there less what pending shipments were promised.",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
        "tests/sync_protocol/test_suggesting.py::test_what_is_promised_to_others_is_not_available",
    ),
    "I21": held(
        "Nothing of one shop can be reached from another.",
        "tests/server/test_who_sees_what.py::test_two_shops_with_the_same_ids_never_meet",
        "tests/server/test_poison.py::test_goods_orders_and_branches_of_another_shop_are_as_unknown_as_none",
        "tests/server/test_history.py::test_nothing_of_another_shop_is_told",
    ),
    "I22": held(
        "Money is whole paisa, and a case's difference is the sum of its lines.",
        "tests/sync_protocol/test_exchange_money.py::test_a_difference_is_to_collect_or_to_refund_or_even_and_never_two_of_them",
        "tests/sync_protocol/test_bad_input.py::test_a_value_of_another_type_is_invalid",
    ),
    "I23": held(
        "What Shopify hides erases nothing known here, and reading the same again changes nothing.",
        "tests/sync_protocol/test_customers.py::test_nothing_that_was_ever_known_is_erased_by_what_the_store_hides",
        "tests/sync_protocol/test_customers.py::test_a_phone_that_was_written_down_outlives_a_hidden_one",
        "tests/sync_protocol/test_customers.py::test_the_same_reading_again_changes_nothing",
    ),
}
