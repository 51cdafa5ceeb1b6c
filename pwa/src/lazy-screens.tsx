/**
 * Screens that are fetched after the first one is shown, so that the first is shown sooner. The service worker keeps
 * them all, so they open without network.
 */

import { signal } from '@preact/signals';
import { h, type FunctionComponent } from 'preact';
import { fetchScreenWords, t } from './i18n/words.ts';

type Load<P> = () => Promise<FunctionComponent<P>>;

const soon: (() => Promise<unknown>)[] = [];

/** A screen that is there once its chunk has come; `eager` ones are fetched as soon as the app is idle. */
function lazy<P extends object>(load: Load<P>, eager = true): FunctionComponent<P> {
  const screen = signal<{ readonly draw: FunctionComponent<P> } | null>(null);
  let loading: Promise<void> | null = null;
  const fetchIt = async () => {
    loading ??= Promise.all([load(), fetchScreenWords()]).then(([draw]) => {
      screen.value = { draw };
    });
    // What failed for want of network is asked for again the next time it is wanted.
    await loading.catch(() => (loading = null));
  };
  if (eager) soon.push(fetchIt);
  return (props) => {
    const there = screen.value;
    if (there !== null) return h(there.draw, props);
    void fetchIt();
    return <p role="status">{t('app.loading')}</p>;
  };
}

export async function fetchScreens(): Promise<void> {
  for (const fetchIt of soon) await fetchIt();
}

export const Enrol = lazy(async () => (await import('./screens/enrol.tsx')).Enrol, false);
export const Desk = lazy(async () => (await import('./desk/desk.tsx')).Desk, false);
export const OrderDetail = lazy(
  async () => (await import('./screens/order-detail.tsx')).OrderDetail,
);
export const ShipmentScreen = lazy(
  async () => (await import('./screens/shipment-screen.tsx')).ShipmentScreen,
);
export const CreateFulfillment = lazy(
  async () => (await import('./screens/create-fulfillment.tsx')).CreateFulfillment,
);
export const Manual = lazy(async () => (await import('./screens/manual.tsx')).Manual);
export const ManualOrder = lazy(
  async () => (await import('./screens/manual-order.tsx')).ManualOrder,
);
export const BranchStock = lazy(
  async () => (await import('./screens/branch-stock.tsx')).BranchStock,
);
export const Outbox = lazy(async () => (await import('./screens/outbox.tsx')).Outbox);
export const More = lazy(async () => (await import('./screens/more.tsx')).More);
