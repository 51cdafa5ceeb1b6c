/** Identities minted on the device: UUIDv7, so that they sort by when they were made. Source: RFC 9562 §5.7. */

/** `random` gives 10 bytes of chance. */
export function uuid7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  const clock = new DataView(bytes.buffer);
  clock.setUint16(0, Math.floor(nowMs / 2 ** 32));
  clock.setUint32(2, nowMs % 2 ** 32);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
