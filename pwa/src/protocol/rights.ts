/** Who may record what, over the generated table; twin of `may_record` in `sync_protocol/permissions.py`. */

import { RIGHTS, type BranchId, type OpKind, type Role, type Staff } from './generated.ts';

/** `branchId` null: the op names no branch. */
export function mayRecord(staff: Staff, kind: OpKind, branchId: BranchId | null): boolean {
  if (!staff.active) return false;
  const reach = RIGHTS[staff.role][kind];
  if (reach === 'branch') return branchId === null || staff.branch_ids.includes(branchId);
  return reach === 'shop';
}

const SEES_ALL_BRANCHES: readonly Role[] = ['owner', 'supervisor', 'operator'];

/** Head office: those whose home is the desk. */
export function seesAllBranches(role: Role): boolean {
  return SEES_ALL_BRANCHES.includes(role);
}
