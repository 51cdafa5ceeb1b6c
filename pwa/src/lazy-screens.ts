/** Screens that are fetched after the first one is shown, so that the first is shown sooner. */

import { lazy } from './ui/lazy-screen.ts';

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
