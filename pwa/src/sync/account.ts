/** Signing a phone in and out. The credential itself is a cookie that no script can read. */

import { fillStaff, type DeviceId } from '../protocol/generated.ts';
import type { Disk } from '../store/database.ts';
import {
  checkLeaving,
  forgetIdentity,
  keepIdentity,
  WorkWaits,
  type Leaving,
} from '../store/people.ts';
import type { Identity } from '../store/meta.ts';
import type { Surroundings } from './surroundings.ts';
import { Declined, post } from './transport.ts';

export interface Password {
  readonly login: string;
  readonly password: string;
}

export async function enrol(
  db: Disk,
  around: Surroundings,
  code: string,
  deviceName: string,
  leaving: Leaving = 'with nothing left',
): Promise<Identity> {
  const asked = { code, device_name: deviceName, want: 'cookie' };
  const told = await post(around, '/auth/enrol', JSON.stringify(asked));
  return welcome(db, around, told, leaving);
}

export async function login(
  db: Disk,
  around: Surroundings,
  { login, password }: Password,
  deviceName: string,
  leaving: Leaving = 'with nothing left',
): Promise<Identity> {
  const asked = { login, password, device_name: deviceName, want: 'cookie' };
  const told = await post(around, '/auth/login', JSON.stringify(asked));
  return welcome(db, around, told, leaving);
}

async function welcome(
  db: Disk,
  around: Surroundings,
  told: unknown,
  leaving: Leaving,
): Promise<Identity> {
  const reply = told as { device_id: DeviceId; staff: unknown };
  const identity = { device_id: reply.device_id, staff: fillStaff(reply.staff) };
  try {
    await keepIdentity(db, identity, around.newIncarnation(), leaving);
  } catch (error) {
    // Nobody's work may be sent under another's name: the credential that just came is given back.
    if (error instanceof WorkWaits) await giveBack(around);
    throw error;
  }
  return identity;
}

/** Sign out. Rejects with WorkWaits, before the server is asked, when work would be left behind. */
export async function logout(
  db: Disk,
  around: Surroundings,
  leaving: Leaving = 'with nothing left',
): Promise<void> {
  await checkLeaving(db, leaving);
  await giveBack(around);
  await forgetIdentity(db, leaving);
}

async function giveBack(around: Surroundings): Promise<void> {
  await post(around, '/auth/logout', '{}').catch((error: unknown) => {
    // Whom the server no longer knows has left already.
    if (!(error instanceof Declined && error.status === 401)) throw error;
  });
}
