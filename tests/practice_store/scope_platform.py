"""Which recorded conversations about everything but orders are replayed, which are not, and why; see scope_orders."""

NOT_ASKED = "Rawana does not ask for it"
ONLY_HTTPS = "Rawana subscribes https addresses only"
ONLY_PLAIN = "Rawana asks for JSON, with every field, no filter and no metafields"
MODELLED = {"webhookSubscriptionCreate", "webhookSubscriptions"}
LEFT_OUT = {
    "webhookSubscriptionDelete": NOT_ASKED,
    "webhookSubscriptionUpdate": NOT_ASKED,
}
# By file and the beginning of the step's place.
KNOWN = {
    ("webhook-subscription-cloud-uri-validation", "/cases/createPubsub"): ONLY_HTTPS,
    ("webhook-subscription-cloud-uri-validation", "/cases/createArn"): ONLY_HTTPS,
    ("webhook-subscription-cloud-uri-validation", "/cases/createKafka"): ONLY_HTTPS,
    ("webhook-subscription-filter-byte-size-validation", "/cases/rejected"): ONLY_PLAIN,
    ("webhook-subscription-topic-format-name-validation", "/validation/createXml"): ONLY_PLAIN,
}

IN_SCOPE = {
    "webhook-subscription-cloud-uri-validation",
    "webhook-subscription-filter-byte-size-validation",
    "webhook-subscription-scheme-allowlist",
    "webhook-subscription-topic-enum-validation",
    "webhook-subscription-topic-format-name-validation",
    "webhook-subscription-uri-whitespace",
}
NOT_YET = {
    "webhook-subscription-metafields-lifecycle",
    "webhook-subscription-metafield-namespaces-resolution",
    "webhook-subscription-api-version-projection",
    "admin-platform-tags-not-found",
    "bulk-operation-cancel-preserves-fields",
    "bulk-operation-name-independent-run-roots",
    "bulk-operation-run-mutation-client-identifier-validation",
    "bulk-operation-run-mutation-concurrency-limit",
    "bulk-operation-run-mutation-no-such-file-precedence",
    "bulk-operation-run-mutation-operation-in-progress",
    "bulk-operation-run-mutation-user-errors",
    "bulk-operation-run-mutation-validators",
    "bulk-operation-run-query-concurrency-limit",
    "bulk-operation-run-query-group-objects",
    "bulk-operation-run-query-schema-roots",
    "bulk-operation-run-query-user-error-codes",
    "bulk-operation-run-query-validators",
    "bulk-operation-status-catalog-cancel",
    "bulk-operation-storage-byte-limit",
    "bulk-operations-live-hybrid-base-overlay",
    "bulk-operations-read-arg-validation",
    "bulk-operations-sort-key",
    "connection-sort-key-coverage",
    "graphql-base-validation-unhappy-paths",
    "inventory-activate-on-hand",
    "inventory-adjust-ledger-document-validation",
    "inventory-adjust-name-allowlist",
    "inventory-adjust-on-hand-name-mirrors",
    "inventory-adjust-quantities-parity (big store)",
    "inventory-adjust-zero-delta-noop",
    "inventory-connection-query-windowing",
    "inventory-deactivate-validation-2026-04",
    "inventory-inactive-level-lifecycle-2026-04",
    "inventory-item-levels-connection-windowing-2026-04",
    "inventory-item-update-parity",
    "inventory-item-update-parity (big store)",
    "inventory-location-levels-overlay-windowing",
    "inventory-move-adjustment-group-shape",
    "inventory-node-read-after-write",
    "inventory-quantity-contracts-2026-04",
    "inventory-quantity-roots-parity",
    "inventory-reason-validation",
    "inventory-transfer-lifecycle-local-staging",
    "location-add-validation-and-defaults",
    "location-connection-filters",
    "location-deactivate-cold-targets",
    "metafields-set-input-validation",
    "metafields-set-parity (big store)",
    "metafields-set-validation-gaps",
    "tags-add-multi-resource",
    "tags-add-parity",
    "tags-add-parity (big store)",
    "tags-remove-parity",
    "tags-remove-parity (big store)",
    "webhook-subscription-pubsub-both-invalid",
    "webhook-subscription-uri-validation",
}
OUT_OF_SCOPE: dict[str, set[str]] = {}
