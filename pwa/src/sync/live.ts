/** The live channel: patches as they happen. Only an optimisation: whatever it misses, the next pull brings. */

import { fillPatch, LIMITS, type Patch } from '../protocol/generated.ts';

/** Without any message for this long the line is dead, whatever the socket says. */
const SILENCE_MS = 75_000;

export interface LiveListener {
  opened(): void;
  patch(patch: Patch): void;
  /** Whether the last round trip succeeded: without a network there is nothing to connect to. */
  reachable(): boolean;
  /** Whether patches arrive as they happen. */
  state(open: boolean): void;
}

export class LiveChannel {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wanted = false;

  constructor(
    private readonly address: string,
    private readonly listener: LiveListener,
  ) {}

  open(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.connect();
  }

  close(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    this.socket?.close();
    this.drop();
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (!this.listener.reachable()) {
      this.retry();
      return;
    }
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.expectWord();
    socket.onopen = () => {
      this.listener.state(true);
      this.listener.opened();
    };
    socket.onmessage = (message) => {
      // Not when it opens: a server that opens and closes again would be asked without end.
      this.attempt = 0;
      this.expectWord();
      const told = JSON.parse(String(message.data)) as object;
      if ('stream' in told) this.listener.patch(fillPatch(told));
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.drop();
      if (this.wanted) this.retry();
    };
  }

  private expectWord(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.socket?.close();
      this.drop();
      if (this.wanted) this.retry();
    }, SILENCE_MS);
  }

  private retry(): void {
    const ceiling = Math.min(LIMITS.RETRY_CEILING_MS, LIMITS.RETRY_FIRST_MS * 2 ** this.attempt);
    this.attempt = Math.min(this.attempt + 1, 16);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.connect();
    }, Math.random() * ceiling);
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.socket = null;
    this.listener.state(false);
  }
}
