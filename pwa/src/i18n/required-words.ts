/** Words that every language must have because the protocol can say them: a missing one fails the compile. */

import type {
  AttemptOutcome,
  CallOutcome,
  ChangeKind,
  Channel,
  Code,
  ConfirmationState,
  Disposition,
  ExchangeStep,
  FulfillmentState,
  GoodsTrack,
  MoneyTrack,
  OpKind,
  OrderFlag,
  Outcome,
  ReplacementTrack,
  ResultStatus,
  ReturnKind,
  ReturnVia,
  Role,
  RunState,
  SettleMethod,
  ShopifyState,
  SmartStatus,
  StockLevel,
  StopState,
  TransferState,
  WorkQueue,
} from '../protocol/generated.ts';

/** What the list of orders says: it is the first screen. */
type First = `status.${SmartStatus}` | `queue.${WorkQueue}`;

type Later =
  | `result.${ResultStatus}`
  | `state.${FulfillmentState}`
  | `shopify.${ShopifyState}`
  | `confirmation.${ConfirmationState}`
  | `channel.${Channel}`
  | `code.${Code}`
  | `op.${OpKind}`
  | `role.${Role}`
  | `outcome.${Outcome}`
  | `exchange_step.${ExchangeStep}`
  | `change.${ChangeKind}`
  | `goods.${GoodsTrack}`
  | `replacement.${ReplacementTrack}`
  | `difference.${MoneyTrack}`
  | `return.${ReturnKind}`
  | `return_via.${ReturnVia}`
  | `disposition.${Disposition}`
  | `attempt.${AttemptOutcome}`
  | `call.${CallOutcome}`
  | `stop.${StopState}`
  | `run.${RunState}`
  | `transfer.${TransferState}`
  | `flag.${OrderFlag}`
  | `settle.${SettleMethod}`
  | `level.${StockLevel}`;

export type SpokenFirst = Readonly<Record<First, string>>;
export type SpokenLater = Readonly<Record<Later, string>>;
