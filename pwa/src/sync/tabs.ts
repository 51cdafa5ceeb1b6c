/** What the tabs of one phone, and its service worker, tell each other. */

import type { Applied } from '../store/rows.ts';

const CHANNEL = 'rawana';

/** `ops` were written, rows were `applied` or all void (`reset`), a `person` signed in or out elsewhere. */
export type TabNews =
  | { readonly kind: 'applied'; readonly applied: Applied }
  | { readonly kind: 'ops' | 'reset' | 'person' };

export class TabChannel {
  private readonly channel = new BroadcastChannel(CHANNEL);

  constructor(onNews: (news: TabNews) => void) {
    this.channel.onmessage = (message: MessageEvent<TabNews>) => {
      onNews(message.data);
    };
  }

  tell(news: TabNews): void {
    this.channel.postMessage(news);
  }

  close(): void {
    this.channel.close();
  }
}
