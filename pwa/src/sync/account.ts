/** Signing a phone in and out. The credential itself is a cookie that no script can read. */

import { fillStaff, type DeviceId } from '../protocol/generated.ts';
import type { Disk } from '../store/database.ts';
import { forgetIdentity, keepIdentity } from '../store/people.ts';
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
): Promise<Identity> {
  const asked = { code, device_name: deviceName, want: 'cookie' };
  return welcome(db, around, await post(around, '/auth/enrol', JSON.stringify(asked)));
}

export async function login(
  db: Disk,
  around: Surroundings,
  { login, password }: Password,
  deviceName: string,
): Promise<Identity> {
  const asked = { login, password, device_name: deviceName, want: 'cookie' };
  return welcome(db, around, await post(around, '/auth/login', JSON.stringify(asked)));
}

async function welcome(db: Disk, around: Surroundings, told: unknown): Promise<Identity> {
  const reply = told as { device_id: DeviceId; staff: unknown };
  const identity = { device_id: reply.device_id, staff: fillStaff(reply.staff) };
  await keepIdentity(db, identity, around.newIncarnation());
  return identity;
}

/** Sign out; the caller has made sure that nothing waits to be sent. */
export async function logout(db: Disk, around: Surroundings): Promise<void> {
  await post(around, '/auth/logout', '{}').catch((error: unknown) => {
    // Whom the server no longer knows has left already.
    if (!(error instanceof Declined && error.status === 401)) throw error;
  });
  await forgetIdentity(db);
}
