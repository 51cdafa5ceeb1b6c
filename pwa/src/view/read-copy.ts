/** A phone's outbox as a file, as the desk reads it. What is sent on is the file's own text. */

/** One op of the file, as far as the desk shows it; `at` is epoch ms by the phone's clock. */
export interface CopiedOp {
  readonly id: string;
  readonly kind: string;
  readonly at: number;
}

export interface Copy {
  readonly text: string;
  readonly staffName: string;
  /** Epoch ms, by the phone's clock. */
  readonly madeAt: number;
  readonly ops: readonly CopiedOp[];
}

/** Null when the text is not the copy of an outbox. */
export function readCopy(text: string): Copy | null {
  try {
    const { rawana_outbox, staff, made_at, ops } = JSON.parse(text) as Record<string, unknown>;
    if (rawana_outbox !== 1 || !Array.isArray(ops) || typeof made_at !== 'number') return null;
    const read = ops.map((op) => JSON.parse(String(op)) as CopiedOp);
    const name = (staff as { name?: unknown } | null)?.name;
    return { text, staffName: typeof name === 'string' ? name : '?', madeAt: made_at, ops: read };
  } catch {
    return null;
  }
}
