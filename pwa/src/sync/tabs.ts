/** What the tabs of one phone, and its service worker, tell each other. */

const CHANNEL = 'rawana';

/** `rows` or `ops` were written by another tab; `person` signed in or out there. */
export type TabNews = 'rows' | 'ops' | 'person';

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
}
