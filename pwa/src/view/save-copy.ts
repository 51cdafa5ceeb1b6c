/** The last resort: what the server has not taken leaves the phone as a file that a supervisor can take in. */

import type { StoredOp } from '../store/database.ts';
import { opsToCopy, rememberCopy } from '../store/copying.ts';
import { board } from './board.ts';

const FILE_TYPE = 'application/json';

/** The file's text; ops stand in it exactly as they are stored. */
export async function copyText(ops: readonly StoredOp[], madeAt: number): Promise<string> {
  const { device_id, staff } = board.identity.value ?? { device_id: null, staff: null };
  const { log } = await board.depth();
  const copy = {
    rawana_outbox: 1,
    shop: location.host,
    device_id,
    incarnation: log.incarnation,
    staff: staff === null ? null : { id: staff.id, name: staff.name },
    made_at: madeAt,
    ops: ops.map((op) => op.text),
  };
  return JSON.stringify(copy);
}

/**
 * Hand the file to the share sheet, or download it where there is none; returns how many ops are in it, or null when the
 * person changed their mind.
 */
export async function saveCopy(): Promise<number | null> {
  const ops = await opsToCopy(board.db);
  const madeAt = Date.now();
  const stamp = new Date(madeAt).toISOString().slice(0, 16).replace(/\D/g, '');
  const name = `rawana-${board.identity.value?.staff.id ?? 'phone'}-${stamp}.json`;
  const file = new File([await copyText(ops, madeAt)], name, { type: FILE_TYPE });
  if (!(await handOver(file))) return null;
  await rememberCopy(board.db, ops, madeAt);
  board.copied.value = ops.at(-1)?.seq ?? 0;
  return ops.length;
}

async function handOver(file: File): Promise<boolean> {
  const share = { files: [file] };
  const { canShare } = navigator as Partial<Navigator>;
  if (canShare?.call(navigator, share) !== true) return download(file);
  try {
    await navigator.share(share);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false;
    // A share sheet that takes no such file after all.
    return download(file);
  }
}

function download(file: File): boolean {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
  return true;
}
