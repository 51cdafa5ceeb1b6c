/** What a tap records: an op with its time, its author and what was on the screen. */

import type {
  AttemptFailed,
  BranchId,
  BranchSync,
  CallAttempt,
  CancelFulfillment,
  Confirm,
  CreateFulfillment,
  Deliver,
  Dismiss,
  Dispatch,
  FulfillmentId,
  ManualFulfillment,
  OpId,
  OrderId,
  Pack,
  Replay,
  Resolve,
  StreamName,
  Unpack,
} from '../protocol/generated.ts';
import { recordOps, type Draft } from '../store/outbox.ts';
import { isFull } from '../store/room.ts';
import { newId } from '../sync/surroundings.ts';
import { board } from './board.ts';
import { checkStorage } from './storage.ts';

/** A body as it is sent: what is the default is left out. */
type Sent<T> = { readonly [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

interface Bodies {
  confirm: Sent<Confirm>;
  call_attempt: Sent<CallAttempt>;
  cancel_fulfillment: Sent<CancelFulfillment>;
  attempt_failed: Sent<AttemptFailed>;
  create_fulfillment: Sent<CreateFulfillment>;
  pack: Sent<Pack>;
  unpack: Sent<Unpack>;
  dispatch: Sent<Dispatch>;
  deliver: Sent<Deliver>;
  manual_fulfillment: Sent<ManualFulfillment>;
  replay: Sent<Replay>;
  dismiss: Dismiss;
  resolve: Sent<Resolve>;
  branch_sync: Sent<BranchSync>;
}

export function newFulfillmentId(): FulfillmentId {
  return newId(Date.now()) as FulfillmentId;
}

/**
 * Record one act; resolves when it is on the disk, and the screens show it.
 *
 * Rejects when it could not be stored: then nothing was.
 */
export async function record<K extends keyof Bodies>(kind: K, body: Bodies[K]): Promise<void> {
  const now = Date.now();
  const orderId = orderOf(body);
  await storeMakingRoom([
    {
      id: newId(now) as OpId,
      kind,
      by: board.me.id,
      at: now,
      clock: board.clock,
      seen: seenVersions(orderId, branchOf(body)),
      deps: [],
      body: withoutNothing(body),
    },
  ]);
  await board.opsChanged();
  void askForBackgroundSync();
  void checkStorage();
}

/** Store it; on a full phone once more, when what can be fetched again has made room. */
async function storeMakingRoom(drafts: readonly Draft[]): Promise<void> {
  const store = () => recordOps(board.db, drafts, board.around.newIncarnation());
  try {
    await store();
  } catch (error) {
    if (!isFull(error)) throw error;
    await board.makeRoom();
    await store();
  }
}

function orderOf(body: object): OrderId | null {
  if ('order_id' in body) return body.order_id as OrderId;
  if (!('fulfillment_id' in body)) return null;
  const shipment = board.replica.book.fulfillments.get(body.fulfillment_id as FulfillmentId);
  return shipment?.order_id ?? null;
}

function branchOf(body: object): BranchId | null {
  if ('branch_id' in body) return body.branch_id as BranchId;
  if (!('fulfillment_id' in body)) return null;
  const shipment = board.replica.book.fulfillments.get(body.fulfillment_id as FulfillmentId);
  return shipment?.branch_id ?? null;
}

/** The versions of the streams that the person was looking at. */
function seenVersions(orderId: OrderId | null, branch: BranchId | null): Record<string, number> {
  const streams = [
    orderId === null ? null : board.replica.streamOf(`order/${orderId}`),
    branch === null ? null : `branch/${branch}/work`,
    branch === null ? null : `branch/${branch}/stock`,
  ];
  const seen: Record<string, number> = {};
  for (const stream of streams) {
    const version = stream === null ? undefined : board.cursors[stream as StreamName];
    if (stream !== null && version !== undefined) seen[stream] = version;
  }
  return seen;
}

function withoutNothing(body: object): object {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** Where the browser can, it sends the outbox even after the app was closed. A bonus: nothing relies on it. */
async function askForBackgroundSync(): Promise<void> {
  const worker = (navigator as Partial<Navigator>).serviceWorker;
  if (worker === undefined || worker.controller === null) return;
  const registration = (await worker.ready) as ServiceWorkerRegistration & {
    sync?: { register(tag: string): Promise<void> };
  };
  await registration.sync?.register('rawana-push').catch(() => undefined);
}
