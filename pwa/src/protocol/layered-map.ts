/**
 * A map laid over another that is never written to: unsent work over the rows that came from the server.
 *
 * Dropping the upper layer brings back exactly what the server last said.
 */
export class LayeredMap<K, V> {
  private readonly over = new Map<K, V | undefined>();

  constructor(private readonly under: ReadonlyMap<K, V>) {}

  get(key: K): V | undefined {
    return this.over.has(key) ? this.over.get(key) : this.under.get(key);
  }

  set(key: K, value: V): void {
    this.over.set(key, value);
  }

  delete(key: K): void {
    this.over.set(key, undefined);
  }

  /** Every key that the upper layer has an opinion on. */
  touched(): Iterable<K> {
    return this.over.keys();
  }

  *values(): Generator<V> {
    for (const [key, value] of this.under) if (!this.over.has(key)) yield value;
    for (const value of this.over.values()) if (value !== undefined) yield value;
  }
}
