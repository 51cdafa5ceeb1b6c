/** When an op may leave the overlay; twin of `is_settled` in `sync_protocol/replica.py`. */

import type { Result, ResultStatus, StreamName } from './generated.ts';

/** Results whose op changes no row. */
const LEAVES_AT_ONCE: readonly ResultStatus[] = ['noop', 'parked', 'refused'];

export type Cursors = Readonly<Record<StreamName, number>>;

/** Whether an op's effect is in the base rows, or it has none. Streams not granted cannot hold it back. */
export function isSettled(
  result: Result,
  cursors: Cursors,
  granted: ReadonlySet<StreamName>,
): boolean {
  if (LEAVES_AT_ONCE.includes(result.status)) return true;
  return Object.entries(result.versions).every(
    ([stream, version]) =>
      !granted.has(stream as StreamName) || (cursors[stream as StreamName] ?? 0) >= version,
  );
}
