"""S01–S64, what the product must do, and the tests that hold each."""

from tests.house.holding import Held, held

REQUIREMENTS: dict[str, Held] = {
    "S01": held(
        "Orders come in from Shopify by themselves, and none is missed when a webhook is.",
        "tests/server/test_webhooks.py::test_a_signed_webhook_is_kept_and_the_worker_is_woken",
        "tests/server/test_intake.py::test_an_order_placed_in_the_store_becomes_a_row_with_its_contact_and_money",
        "tests/server/test_intake.py::test_a_sweep_finds_the_orders_of_which_no_webhook_told",
    ),
    "S02": held(
        "An order says who the customer is and under which number to be reached.",
        "tests/scenarios/test_orders_and_asking.py::test_an_order_is_listed_with_customer_items_amount_and_payment",
        "pwa/tests/ui/order-card.test.ts::an order shows whose it is and where it goes",
    ),
    "S03": held(
        "An order lists its items, each with its size and how many.",
        "tests/scenarios/test_orders_and_asking.py::test_an_order_is_listed_with_customer_items_amount_and_payment",
        "pwa/tests/ui/order-card.test.ts::an order shows each item with its size and how many",
    ),
    "S04": held(
        "An order says what it costs and whether that is paid or to be collected.",
        "tests/scenarios/test_orders_and_asking.py::test_an_order_is_listed_with_customer_items_amount_and_payment",
        "pwa/tests/ui/order-card.test.ts::an order shows its total, and whether cash is to be collected or all is paid",
    ),
    "S05": held(
        "A new order is unfulfilled and takes nothing from any branch's shelf.",
        "tests/scenarios/test_orders_and_asking.py::test_a_new_order_is_unfulfilled_and_takes_nothing_from_any_shelf",
    ),
    "S06": held(
        "One press on the order calls the customer.",
        "pwa/tests/ui/order-card.test.ts::one press calls the customer, and the app remembers that it asked",
        "pwa/tests/ui/order-card.test.ts::nobody can be called where there is no number, and that is said",
    ),
    "S07": held(
        "One press on the order opens a WhatsApp chat with the customer.",
        "pwa/tests/ui/order-card.test.ts::one press opens a chat with the customer, with the order already written out",
    ),
    "S08": held(
        "Before sending, a COD customer is asked, and what was checked and answered is kept.",
        "tests/scenarios/test_orders_and_asking.py::test_cod_waits_for_the_customers_yes_and_what_was_checked_is_kept",
        "tests/scenarios/test_orders_and_asking.py::test_every_try_is_logged_and_after_three_the_customer_is_unreachable",
    ),
    "S09": held(
        "No shipment is made before the customer's yes, unless who may says why.",
        "tests/sync_protocol/test_asking_the_customer.py::test_a_shipment_is_made_only_when_nobody_has_to_be_asked",
        "tests/scenarios/test_orders_and_asking.py::test_only_head_office_may_skip_the_call_and_gives_a_reason",
    ),
    "S10": held(
        "All three ways of working may be used beside each other, even on one order.",
        "tests/scenarios/test_orders_and_asking.py::test_three_ways_of_working_share_one_order",
    ),
    "S11": held(
        "A parcel goes by any courier, booked elsewhere; its name and number are typed in.",
        "tests/sync_protocol/test_tracking.py::test_a_parcel_goes_by_any_courier_with_its_number_as_somebody_typed_it",
        "tests/sync_protocol/test_tracking.py::test_a_new_shop_knows_the_usual_couriers_and_has_a_place_for_others",
    ),
    "S12": held(
        "What is fulfilled in Shopify is noticed without anybody doing anything.",
        "tests/server/test_intake.py::test_what_was_shipped_in_the_store_by_hand_waits_for_a_branch",
        "tests/scenarios/test_branch_sync.py::test_a_fulfillment_in_shopify_is_seen_without_anybody_doing_anything",
    ),
    "S13": held(
        "Such an order then says Branch Sync.",
        "tests/scenarios/test_branch_sync.py::test_a_fulfillment_in_shopify_is_seen_without_anybody_doing_anything",
        "tests/sync_protocol/test_branch_sync.py::test_a_fulfillment_in_the_store_is_a_status_and_moves_nothing",
    ),
    "S14": held(
        "Courier and number typed in Shopify are on our record too.",
        "tests/scenarios/test_branch_sync.py::test_stock_leaves_the_chosen_branch_on_confirm_with_everything_on_record",
        "tests/sync_protocol/test_branch_sync.py::test_confirming_the_branch_deducts_there_with_courier_and_number",
    ),
    "S15": held(
        "The desk sees which branches hold the goods now.",
        "tests/sync_protocol/test_suggesting.py::test_each_branch_is_shown_with_ordered_available_and_after_and_a_word_for_it",
        "tests/scenarios/test_branch_sync.py::test_the_desk_sees_at_which_branch_how_many_are_left",
    ),
    "S16": held(
        "For each item it sees what was ordered beside what the branch has free.",
        "tests/sync_protocol/test_suggesting.py::test_each_branch_is_shown_with_ordered_available_and_after_and_a_word_for_it",
        "tests/sync_protocol/test_suggesting.py::test_what_is_promised_to_others_is_not_available",
    ),
    "S17": held(
        "Enough, few and none are told apart at once.",
        "tests/scenarios/test_branch_sync.py::test_the_desk_sees_at_which_branch_how_many_are_left",
        "tests/scenarios/test_branch_sync.py::test_confirming_below_zero_is_shown_at_once_and_asked_about",
        "tests/scenarios/test_branch_life.py::test_each_branch_says_when_it_wants_to_be_warned",
    ),
    "S18": held(
        "Before confirming, another branch may be taken.",
        "tests/scenarios/test_branch_sync.py::test_too_few_here_so_another_branch_gives_it",
    ),
    "S19": held(
        "Stock leaves the chosen branch when a person confirms, not when the fulfillment is seen.",
        "tests/scenarios/test_branch_sync.py::test_a_fulfillment_in_shopify_is_seen_without_anybody_doing_anything",
        "tests/scenarios/test_branch_sync.py::test_stock_leaves_the_chosen_branch_on_confirm_with_everything_on_record",
    ),
    "S20": held(
        "That movement names branch, items, units, order and time.",
        "tests/scenarios/test_branch_sync.py::test_stock_leaves_the_chosen_branch_on_confirm_with_everything_on_record",
    ),
    "S21": held(
        "Staff make a shipment here.",
        "tests/scenarios/test_smart_fulfillment.py::test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only",
        "tests/browser/test_journey.py::test_an_order_packed_without_network_reaches_ledger_store_and_desk",
    ),
    "S22": held(
        "The shipment keeps its courier and tracking number.",
        "tests/scenarios/test_smart_fulfillment.py::test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only",
        "tests/scenarios/test_smart_fulfillment.py::test_a_wrong_number_is_corrected_in_shopify_too",
    ),
    "S23": held(
        "A shipment goes from pending over packed and dispatched to delivered, and nowhere else.",
        "tests/scenarios/test_smart_fulfillment.py::test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only",
        "tests/sync_protocol/test_every_state_and_op.py::test_a_shipment_goes_only_where_the_product_says",
    ),
    "S24": held(
        "Each shipment belongs to one branch, which may change until it is packed.",
        "tests/scenarios/test_smart_fulfillment.py::test_before_packing_branch_and_lines_may_change_or_all_be_given_up",
        "tests/scenarios/test_smart_fulfillment.py::test_parts_of_an_order_leave_two_branches_with_couriers_of_their_own",
    ),
    "S25": held(
        "Stock leaves that branch when the parcel is packed and at no other step.",
        "tests/scenarios/test_smart_fulfillment.py::test_pending_packed_dispatched_delivered_and_stock_leaves_at_packed_only",
        "tests/sync_protocol/test_every_state_and_op.py::test_a_shipment_goes_only_where_the_product_says",
    ),
    "S26": held(
        "Handing over tells Shopify by itself, with the tracking number, exactly once.",
        "tests/server/test_outbox.py::test_a_dispatched_shipment_is_told_to_the_store_with_its_tracking_and_link",
        "tests/server/test_outbox.py::test_whatever_comes_of_the_call_there_is_one_shipment_in_the_end",
    ),
    "S27": held(
        "The customer gets Shopify's own notice that the parcel is on its way.",
        "tests/server/test_outbox.py::test_the_store_writes_to_the_customer_exactly_when_that_was_wanted",
        "tests/browser/test_journey.py::test_an_order_packed_without_network_reaches_ledger_store_and_desk",
    ),
    "S28": held(
        "A parcel is marked delivered when it is.",
        "tests/scenarios/test_smart_fulfillment.py::test_failed_attempts_are_logged_until_it_is_delivered",
        "tests/server/test_following_up.py::test_the_store_hears_of_a_delivery_where_the_shop_wants_that",
    ),
    "S29": held(
        "A return is begun when a parcel comes back.",
        "tests/scenarios/test_returns.py::test_a_refused_parcel_is_in_stock_again_when_it_is_opened_and_not_before",
        "tests/sync_protocol/test_returns.py::test_announcing_a_return_moves_nothing",
    ),
    "S30": held(
        "Delivery moves no stock; a return brings back what was really received.",
        "tests/scenarios/test_returns.py::test_each_unit_goes_where_it_belongs",
        "tests/scenarios/test_smart_fulfillment.py::test_what_comes_back_undelivered_is_shipped_again",
    ),
    "S31": held(
        "A part of an order may leave now and the rest later.",
        "tests/scenarios/test_smart_fulfillment.py::test_parts_of_an_order_leave_two_branches_with_couriers_of_their_own",
        "tests/server/test_outbox.py::test_a_part_of_an_order_fulfills_no_more_than_that_part",
    ),
    "S32": held(
        "Each part has a branch, courier, number and progress of its own.",
        "tests/scenarios/test_smart_fulfillment.py::test_parts_of_an_order_leave_two_branches_with_couriers_of_their_own",
        "tests/server/test_outbox.py::test_two_shipments_of_one_order_without_tracking_numbers_are_two_in_the_store",
    ),
    "S33": held(
        "The whole way is gone without opening Shopify.",
        "tests/browser/test_journey.py::test_an_order_packed_without_network_reaches_ledger_store_and_desk",
    ),
    "S34": held(
        "Branch staff write down what they sent by hand: items, units and branch.",
        "tests/scenarios/test_manual_fulfillment.py::test_the_branch_writes_down_what_it_sent_and_shopify_stays_as_it_is",
        "tests/browser/test_manual_in_urdu.py::test_three_taps_in_urdu_deduct_once_and_leave_the_store_alone",
    ),
    "S35": held(
        "Stock leaves the branch with that record.",
        "tests/scenarios/test_manual_fulfillment.py::test_the_branch_writes_down_what_it_sent_and_shopify_stays_as_it_is",
        "tests/scenarios/test_manual_fulfillment.py::test_without_network_the_recorder_sees_the_shelf_at_once_and_the_shop_later",
    ),
    "S36": held(
        "Manual work never makes or changes anything in Shopify.",
        "tests/scenarios/test_manual_fulfillment.py::test_a_manual_parcel_never_reaches_shopify_whatever_happens_to_it",
        "tests/server/test_outbox.py::test_manual_fulfillments_never_reach_the_store",
        "tests/sync_protocol/test_every_role_and_op.py::test_no_op_of_the_manual_workflow_reaches_the_store",
    ),
    "S37": held(
        "Who only records needs no Shopify and can do nothing there or anywhere else.",
        "tests/scenarios/test_manual_fulfillment.py::test_a_recorder_can_do_nothing_else_and_nowhere_else",
        "tests/sync_protocol/test_every_role_and_op.py::test_who_may_record_what_and_where",
    ),
    "S38": held(
        "Recording takes three taps in Urdu on a small phone.",
        "tests/browser/test_manual_in_urdu.py::test_three_taps_in_urdu_deduct_once_and_leave_the_store_alone",
    ),
    "S39": held(
        "Manual work does not deduct again what head office did already.",
        "tests/scenarios/test_manual_fulfillment.py::test_what_head_office_did_already_is_not_deducted_again",
        "tests/scenarios/test_two_stories.py::test_written_down_by_hand_and_synced_from_shopify_leaves_once",
    ),
    "S40": held(
        "However goods were sent, stock is deducted once and the books are true.",
        "tests/scenarios/test_orders_and_asking.py::test_three_ways_of_working_share_one_order",
        "tests/sync_protocol/test_any_history.py::test_the_books_are_right_after_any_history_of_all_ops",
        "tests/sync_protocol/test_oracle.py::test_the_oracle_agrees_on_every_shelf_after_every_op",
    ),
    "S41": held(
        "An order edited in Shopify is noticed by itself.",
        "tests/scenarios/test_exchanges.py::test_an_edit_is_seen_and_both_items_stand_side_by_side",
        "tests/sync_protocol/test_exchanges.py::test_an_edit_opens_a_case_that_names_originals_replacements_and_the_first_step",
    ),
    "S42": held(
        "Such an order says that it is an exchange.",
        "tests/scenarios/test_exchanges.py::test_an_edit_is_seen_and_both_items_stand_side_by_side",
    ),
    "S43": held(
        "What was taken off and what came instead stand beside each other.",
        "tests/scenarios/test_exchanges.py::test_an_edit_is_seen_and_both_items_stand_side_by_side",
        "tests/scenarios/test_exchanges_again.py::test_a_replacement_in_another_size_and_one_more_thing",
    ),
    "S44": held(
        "A dearer replacement shows what is to be collected.",
        "tests/scenarios/test_exchanges.py::test_the_difference_is_paid_at_the_branch",
        "tests/sync_protocol/test_exchange_money.py::test_a_difference_is_to_collect_or_to_refund_or_even_and_never_two_of_them",
    ),
    "S45": held(
        "A cheaper replacement shows what is to be given back.",
        "tests/scenarios/test_exchanges.py::test_a_cheaper_replacement_shows_the_refund_until_it_is_paid",
        "tests/sync_protocol/test_exchange_money.py::test_a_difference_is_to_collect_or_to_refund_or_even_and_never_two_of_them",
    ),
    "S46": held(
        "A replacement of the same price asks for no money.",
        "tests/scenarios/test_exchanges.py::test_an_equal_replacement_asks_for_no_money",
    ),
    "S47": held(
        "An exchange works before anything has left.",
        "tests/scenarios/test_exchanges.py::test_before_anything_left_the_original_is_only_released",
        "tests/scenarios/test_exchanges.py::test_a_packed_original_is_unpacked_where_it_was_packed",
    ),
    "S48": held(
        "An exchange works after the customer has the goods.",
        "tests/scenarios/test_exchanges.py::test_a_delivered_original_comes_to_one_branch_and_the_other_sends_the_new",
    ),
    "S49": held(
        "The replacement may be another size or a wholly different thing.",
        "tests/scenarios/test_exchanges_again.py::test_a_replacement_in_another_size_and_one_more_thing",
        "tests/scenarios/test_exchanges_again.py::test_what_was_exchanged_once_may_be_exchanged_again",
    ),
    "S50": held(
        "The original goes back to the branch where it belongs or was brought.",
        "tests/sync_protocol/test_exchanges.py::test_a_delivered_original_comes_back_where_it_is_brought_and_once",
        "tests/scenarios/test_exchanges.py::test_a_packed_original_is_unpacked_where_it_was_packed",
    ),
    "S51": held(
        "The replacement leaves the branch that sends it, which may be another.",
        "tests/scenarios/test_exchanges.py::test_a_delivered_original_comes_to_one_branch_and_the_other_sends_the_new",
        "tests/sync_protocol/test_exchanges.py::test_the_replacement_leaves_the_branch_that_sends_it",
    ),
    "S52": held(
        "Many exchanges of one day over several branches stay apart, each in and out on record.",
        "tests/scenarios/test_exchanges.py::test_many_exchanges_of_one_day_across_branches_stay_apart",
        "tests/scenarios/test_exchanges_again.py::test_what_was_exchanged_once_may_be_exchanged_again",
    ),
    "S53": held(
        "A case names the next step for goods, replacement and money until all have ended.",
        "tests/scenarios/test_exchanges.py::test_before_anything_left_the_original_is_only_released",
        "tests/sync_protocol/test_exchanges.py::test_a_case_closes_only_when_all_three_tracks_have_ended",
    ),
    "S54": held(
        "Goods that left in Shopify without a branch stay in sight until somebody sees to them.",
        "tests/scenarios/test_fix_branch_stock.py::test_an_order_without_a_branch_stays_visible_until_somebody_fixes_it",
        "tests/server/test_waking.py::test_goods_without_a_branch_are_branch_sync_for_a_day_and_then_a_case_to_fix",
    ),
    "S55": held(
        "The branch from which goods really left can be named afterwards.",
        "tests/scenarios/test_fix_branch_stock.py::test_the_wrong_branch_was_named_and_the_deduction_moves",
        "tests/scenarios/test_fix_branch_stock.py::test_an_order_without_a_branch_stays_visible_until_somebody_fixes_it",
    ),
    "S56": held(
        "The units that really left can be set, also other than Shopify's.",
        "tests/scenarios/test_fix_branch_stock.py::test_fewer_left_than_was_recorded",
        "tests/scenarios/test_fix_branch_stock.py::test_more_left_than_shopify_says",
    ),
    "S57": held(
        "A correction brings the shelves to what happened and is on record with its reason.",
        "tests/scenarios/test_fix_branch_stock.py::test_an_order_without_a_branch_stays_visible_until_somebody_fixes_it",
        "tests/sync_protocol/test_fixing_branch_stock.py::test_after_any_fixes_the_shelves_hold_what_the_targets_say",
    ),
    "S58": held(
        "Each kind of staff does its own work and sees what that needs.",
        "tests/sync_protocol/test_every_role_and_op.py::test_who_may_record_what_and_where",
        "tests/server/test_who_sees_what.py::test_each_role_is_given_exactly_its_streams",
    ),
    "S59": held(
        "Every branch has a stock of its own, and each movement names one branch.",
        "tests/sync_protocol/test_replica.py::test_the_same_variant_at_two_branches_is_two_stocks",
        "tests/scenarios/test_branch_sync.py::test_one_shopify_fulfillment_left_from_two_branches",
    ),
    "S60": held(
        "History tells who did what, when, why, to which order, and what it was before and after.",
        "tests/server/test_history.py::test_an_orders_history_names_person_device_both_times_before_after_and_why",
        "tests/server/test_history.py::test_what_was_refused_parked_or_flagged_is_history_too",
    ),
    "S61": held(
        "Nothing is changed silently: each in and each out is a record of its own.",
        "tests/server/test_books.py::test_the_database_refuses_to_change_or_forget_a_ledger_row",
        "tests/scenarios/test_manual_fulfillment.py::test_a_record_that_was_a_mistake_is_voided_by_name",
        "tests/scenarios/test_fix_branch_stock.py::test_the_wrong_branch_was_named_and_the_deduction_moves",
    ),
    "S62": held(
        "A phone without network records all the same, and the books follow when it is back.",
        "tests/server/test_pushing.py::test_a_phone_confirms_packs_and_sends_with_no_network_and_the_books_follow",
        "tests/scenarios/test_manual_fulfillment.py::test_without_network_the_recorder_sees_the_shelf_at_once_and_the_shop_later",
        "tests/browser/test_journey.py::test_an_order_packed_without_network_reaches_ledger_store_and_desk",
    ),
    "S63": held(
        "Only the server talks to Shopify.",
        "tests/house/test_walls.py::test_a_forbidden_import_breaks_its_contract_and_is_named",
        "pwa/tests/house/tidy.test.ts::the app asks no server but its own",
    ),
    "S64": held(
        "Riders tell what was delivered and what not; supervisors follow at a desk.",
        "tests/scenarios/test_rider_runs.py::test_a_whole_day_without_network",
        "tests/browser/test_journey.py::test_an_order_packed_without_network_reaches_ledger_store_and_desk",
    ),
}
