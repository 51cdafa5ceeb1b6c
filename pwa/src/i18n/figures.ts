/** Money, times and telephone numbers as people read them. Digits are Western in both languages. */

import { t } from './words.ts';

const rupees = new Intl.NumberFormat('en-PK', { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: '2-digit' });

export function money(paisa: number): string {
  return `Rs ${rupees.format(paisa / 100)}`;
}

/** What somebody typed as rupees, in paisa; null when it is not an amount. */
export function paisaOf(typed: string): number | null {
  const clean = typed.replaceAll(',', '').trim();
  return /^\d{1,9}(\.\d{1,2})?$/.test(clean) ? Math.round(Number(clean) * 100) : null;
}

/** Time of day, with the date before it when that was not today. */
export function timeOf(at: number, now: number): string {
  const date = new Date(at);
  const time = clock.format(date);
  return new Date(now).toDateString() === date.toDateString()
    ? time
    : `${day.format(date)} ${time}`;
}

/** How long ago, in one unit. */
export function ageOf(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes < 1) return t('time.now');
  if (minutes < 60) return t('time.minutes', { n: minutes });
  if (minutes < 48 * 60) return t('time.hours', { n: Math.floor(minutes / 60) });
  return t('time.days', { n: Math.floor(minutes / 1440) });
}

/** `923001234567` as `+92 300 1234567`. */
export function phoneNumber(digits: string): string {
  const [, rest] = /^92(\d{10})$/.exec(digits) ?? [];
  return rest === undefined ? `+${digits}` : `+92 ${rest.slice(0, 3)} ${rest.slice(3)}`;
}
