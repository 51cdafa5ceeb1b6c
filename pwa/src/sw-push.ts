/** The part of the service worker that sends; loaded with it, and run only when the browser has something to send. */

import { openDatabase } from './store/database.ts';
import { browserSurroundings, LOCK } from './sync/surroundings.ts';
import { TabChannel } from './sync/tabs.ts';
import { pushAll, TryLater } from './sync/worker-push.ts';

declare const self: ServiceWorkerGlobalScope & { pushOutbox?: () => Promise<void> };

self.pushOutbox = async () => {
  const db = await openDatabase(indexedDB);
  const tabs = new TabChannel(() => undefined);
  try {
    // A page that sends does it better; if it ends without having sent, the browser asks again.
    await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock === null) throw new TryLater('a page is sending');
      await pushAll(db, browserSurroundings(), (applied) => {
        tabs.tell({ kind: 'applied', applied });
      });
    });
  } finally {
    tabs.close();
    db.close();
  }
};
