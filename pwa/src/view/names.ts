/** Names for ids, as this phone knows them. */

import type { BranchId, Courier, StaffId } from '../protocol/generated.ts';
import { board } from './board.ts';

export function branchName(id: BranchId | null): string {
  return id === null ? '' : (board.replica.base.branches.get(id)?.name ?? id);
}

/** Null where the person is not known here. */
export function staffName(id: StaffId): string | null {
  return board.replica.base.staff.get(id)?.name ?? null;
}

export function couriers(): readonly Courier[] {
  return [...board.replica.base.couriers.values()];
}

/** A courier's name by its code; what is not on the list is shown as it was typed. */
export function courierName(code: string): string {
  return board.replica.base.couriers.get(code)?.name ?? code;
}

/** Where the customer can follow the parcel, if that courier has such a page. */
export function trackingUrl(courier: Courier | undefined, number: string): string | null {
  if (courier === undefined || courier.tracking_url === '' || number === '') return null;
  return courier.tracking_url.replace('{number}', encodeURIComponent(number));
}
