"""Which recorded conversations about everything but orders are replayed, which are not, and why; see scope_orders."""

EQUAL_SHARE = 0.95
NOT_ASKED = "Rawana does not ask for it"
IMPORTS = "Rawana exports in bulk and imports nothing"
NOT_PRODUCTS = "products are edited by the merchant, not over the API"
EARLIER = "it shows exports that were there before"
TIMING = "how long an export takes, and over how much, was the recorded store's own"
ONLY_HTTPS = "Rawana subscribes https addresses only"
IN_TRANSIT = "goods in transit between locations are no part of the store"
BEFORE = "it was there before, in a way that the recording does not tell"

MODELLED = {
    "bulkOperation",
    "bulkOperationCancel",
    "bulkOperationRunQuery",
    "bulkOperations",
    "currentAppInstallation",
    "currentBulkOperation",
    "inventoryActivate",
    "inventoryAdjustQuantities",
    "inventoryDeactivate",
    "inventoryItem",
    "inventoryLevel",
    "inventoryMoveQuantities",
    "inventorySetOnHandQuantities",
    "inventorySetQuantities",
    "metafieldsSet",
    "node",
    "nodes",
    "shop",
    "tagsAdd",
    "tagsRemove",
    "webhookSubscription",
    "webhookSubscriptionCreate",
    "webhookSubscriptionDelete",
    "webhookSubscriptionUpdate",
    "webhookSubscriptions",
}
LEFT_OUT = {
    "bulkOperationRunMutation": IMPORTS,
    "definitelyNotAShopifyMutationRoot": NOT_ASKED,
    "definitelyNotAShopifyQueryRoot": NOT_ASKED,
    "inventoryShipmentCreateInTransit": IN_TRANSIT,
    "inventoryTransferCreateAsReadyToShip": IN_TRANSIT,
    "productCreate": NOT_PRODUCTS,
    "productVariantsBulkUpdate": NOT_PRODUCTS,
    "products": NOT_ASKED,
    "productsCount": NOT_ASKED,
    "pubSubWebhookSubscriptionCreate": ONLY_HTTPS,
    "stagedUploadsCreate": IMPORTS,
}
# By file and the beginning of the step's place.
KNOWN = {
    ("bulk-operation-run-query-schema-roots", "/cases/ordersRoot/beforeCleanup"): EARLIER,
    ("bulk-operation-run-query-schema-roots", "/cases/ordersRoot/afterCleanup"): TIMING,
    ("bulk-operation-run-query-schema-roots", "/cases/draftOrdersWarningsList"): TIMING,
    ("bulk-operation-status-catalog-cancel", "/reads/catalogDefault"): EARLIER,
    ("bulk-operation-status-catalog-cancel", "/reads/currentQuery"): EARLIER,
    ("metafields-set-input-validation", "/cases/invalidValueJson"): (
        "where in a text JSON breaks off is told in the words of another reader"
    ),
    ("inventory-deactivate-validation-2026-04", "/adjustments/committedOrder"): BEFORE,
    ("inventory-move-adjustment-group-shape", "/setup/inventoryHydrate"): BEFORE,
    ("fulfillment-return-node-read-after-write", "/nodeReads/fulfillmentNodeRead"): (
        "its document asks for two kinds of status under one name, which the reference rules forbid"
    ),
}

IN_SCOPE = {
    "admin-platform-tags-not-found",
    "bulk-operation-name-independent-run-roots",
    "bulk-operation-run-query-concurrency-limit",
    "bulk-operation-run-query-group-objects",
    "bulk-operation-run-query-schema-roots",
    "bulk-operation-run-query-user-error-codes",
    "bulk-operation-run-query-validators",
    "bulk-operation-status-catalog-cancel",
    "bulk-operation-storage-byte-limit",
    "bulk-operations-read-arg-validation",
    "graphql-base-validation-unhappy-paths",
    "inventory-activate-on-hand",
    "inventory-adjust-ledger-document-validation",
    "inventory-adjust-name-allowlist",
    "inventory-adjust-on-hand-name-mirrors",
    "inventory-adjust-zero-delta-noop",
    "inventory-deactivate-validation-2026-04",
    "inventory-move-adjustment-group-shape",
    "inventory-quantity-contracts-2026-04",
    "inventory-reason-validation",
    "metafields-set-input-validation",
    "webhook-subscription-cloud-uri-validation",
    "webhook-subscription-filter-byte-size-validation",
    "webhook-subscription-metafield-namespaces-resolution",
    "webhook-subscription-metafields-lifecycle",
    "webhook-subscription-scheme-allowlist",
    "webhook-subscription-topic-enum-validation",
    "webhook-subscription-topic-format-name-validation",
    "webhook-subscription-uri-whitespace",
}
NOT_YET: set[str] = set()
OUT_OF_SCOPE: dict[str, set[str]] = {
    IMPORTS: {
        "bulk-operation-run-mutation-client-identifier-validation",
        "bulk-operation-run-mutation-concurrency-limit",
        "bulk-operation-run-mutation-no-such-file-precedence",
        "bulk-operation-run-mutation-operation-in-progress",
        "bulk-operation-run-mutation-user-errors",
        "bulk-operation-run-mutation-validators",
    },
    EARLIER: {"bulk-operations-live-hybrid-base-overlay", "bulk-operations-sort-key"},
    TIMING: {"bulk-operation-cancel-preserves-fields"},
    NOT_PRODUCTS: {
        "connection-sort-key-coverage",
        "inventory-connection-query-windowing",
        "inventory-inactive-level-lifecycle-2026-04",
        "inventory-item-levels-connection-windowing-2026-04",
        "inventory-item-update-parity",
        "inventory-item-update-parity (big store)",
        "inventory-node-read-after-write",
    },
    "it was recorded at 2025-01, before an inventory change had to say what it changes from": {
        "inventory-adjust-quantities-parity (big store)",
        "inventory-location-levels-overlay-windowing",
        "inventory-quantity-roots-parity",
    },
    IN_TRANSIT: {
        "inventory-transfer-lifecycle-local-staging",
    },
    "locations are opened and closed by the merchant, not over the API": {
        "location-add-validation-and-defaults",
        "location-connection-filters",
        "location-deactivate-cold-targets",
    },
    "the definitions that it sets values for were made outside of the recording": {
        "metafields-set-validation-gaps",
    },
    "what it writes on was made outside of the recording, with tags and values of its own": {
        "metafields-set-parity (big store)",
        "tags-add-multi-resource",
        "tags-add-parity",
        "tags-add-parity (big store)",
        "tags-remove-parity",
        "tags-remove-parity (big store)",
    },
    "the subscription that it changes was made outside of the recording": {
        "webhook-subscription-uri-validation",
    },
    "it tells the version that the recorded app was set to": {
        "webhook-subscription-api-version-projection",
    },
    ONLY_HTTPS: {"webhook-subscription-pubsub-both-invalid"},
}
