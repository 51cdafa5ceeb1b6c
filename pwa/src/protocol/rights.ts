/** Who may record what, over the generated table; twin of `may_record` in `sync_protocol/permissions.py`. */

import {
  BRANCH_MAY_ASK,
  BRANCH_MAY_SEND,
  DECIDES_ALONE,
  MAY_SKIP_ASKING,
  RIGHTS,
  TELLS_NO_STORE,
  type BranchId,
  type OpKind,
  type Policy,
  type Role,
  type Staff,
  type StaffId,
} from './generated.ts';

/** Who may undo what others did, and open what was closed. */
export function decidesAlone(role: Role): boolean {
  return DECIDES_ALONE.includes(role);
}

/** Whose ops never reach Shopify, whatever state they find a parcel in (I13). */
export function tellsNoStore(role: Role): boolean {
  return TELLS_NO_STORE.includes(role);
}

/** Who may go ahead without the customer's yes, giving a reason (A18). */
export function maySkipAsking(role: Role): boolean {
  return MAY_SKIP_ASKING.includes(role);
}

/** Head office: those whose home is the desk. */
export function seesAllBranches(role: Role): boolean {
  return decidesAlone(role) || role === 'operator';
}

/** `branchId` null: the op names no branch; `riderId`: who has the parcel or the run. */
export function mayRecord(
  staff: Staff,
  kind: OpKind,
  branchId: BranchId | null,
  riderId: StaffId | null = null,
): boolean {
  if (!staff.active) return false;
  switch (RIGHTS[staff.role][kind]) {
    case 'shop':
      return true;
    case 'branch':
      return branchId === null || staff.branch_ids.includes(branchId);
    case 'own':
      return branchId === null || riderId === staff.id;
    default:
      return false;
  }
}

/** Whether the shop leaves this kind to head office although branch staff could do it. */
export function switchedOff(policy: Policy, staff: Staff, kind: OpKind): boolean {
  if (staff.role !== 'branch') return false;
  const asking = BRANCH_MAY_ASK.includes(kind) && !policy.branch_asks_customers;
  return asking || (BRANCH_MAY_SEND.includes(kind) && !policy.branch_dispatches);
}
