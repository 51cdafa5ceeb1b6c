/** Words that every language must have because the protocol can say them: a missing one fails the compile. */

import type {
  Channel,
  Code,
  ConfirmationState,
  FulfillmentState,
  OpKind,
  ResultStatus,
  Role,
  ShopifyState,
  SmartStatus,
} from '../protocol/generated.ts';

type Spoken =
  | `code.${Code}`
  | `status.${SmartStatus}`
  | `result.${ResultStatus}`
  | `state.${FulfillmentState}`
  | `shopify.${ShopifyState}`
  | `confirmation.${ConfirmationState}`
  | `channel.${Channel}`
  | `role.${Role}`
  | `op.${OpKind}`;

export type RequiredWords = Readonly<Record<Spoken, string>>;
