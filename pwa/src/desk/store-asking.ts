/** What the server tells of the shop's store, and what may be asked of it. No secret ever comes back. */

import { post, getText } from '../sync/transport.ts';
import { board } from '../view/board.ts';

export const FINDINGS = [
  'secrets_locked',
  'token_refused',
  'store_silent',
  'other_store',
  'scope_missing',
  'version_fell',
  'customers_hidden',
  'webhooks_nowhere',
  'webhooks_made',
  'webhooks_mended',
  'webhook_refused',
  'other_currency',
  'token_ends',
  'clock_off',
  'privacy_request',
] as const;

export interface Finding {
  readonly code: (typeof FINDINGS)[number];
  readonly weight: 'stops' | 'wrong' | 'note';
  readonly about: readonly string[];
}

export interface PrivacyRequest {
  readonly id: string;
  readonly topic: 'customers/data_request' | 'customers/redact' | 'shop/redact';
  readonly order_ids: readonly string[];
  readonly received_at: number;
}

/** A shop's store; times in epoch ms. `kind` is null where none was ever connected, `gone_at` where it still is. */
export interface StoreShown {
  readonly domain: string;
  readonly may_install: boolean;
  readonly webhook_url: string | null;
  readonly kind: 'token' | 'client_credentials' | 'offline' | null;
  readonly client_id: string | null;
  readonly missing_scopes: readonly string[];
  readonly connected_at: number | null;
  readonly gone_at: number | null;
  readonly gone_why: 'disconnected' | 'uninstalled' | null;
  readonly old_secret_until: number | null;
  readonly checked: {
    readonly at: number;
    readonly findings: readonly Finding[];
    readonly store_name: string;
    readonly plan: string;
    readonly currency: string;
    readonly version: string;
  } | null;
  readonly privacy: readonly PrivacyRequest[];
  readonly reading: {
    readonly deep_swept_at: number;
    readonly deep_counted: number;
    readonly deep_missing: number;
    readonly trouble: string | null;
  } | null;
  readonly imports: readonly StoreImport[];
  readonly unread: number;
  readonly unread_in_vain: readonly Unread[];
}

/** A bulk reading of the store: how many lines the store has found, how many things are taken in. */
export interface StoreImport {
  readonly kind: 'orders' | 'variants';
  readonly state: 'wanted' | 'running' | 'reading' | 'done' | 'failed';
  readonly object_count: number;
  readonly taken: number;
  readonly left_out: number;
  readonly error: string | null;
}

export interface Unread {
  readonly resource_gid: string;
  readonly why: string;
  readonly attempts: number;
  readonly since: number;
}

/** What an orders export brought. */
export interface ContactsImported {
  readonly filled: number;
  readonly unchanged: number;
  readonly waiting: number;
  readonly silent: number;
  readonly bad_rows: number;
  readonly bad: readonly { readonly row: number; readonly why: string }[];
}

/** An app's id and secret, or a token and the secret that signs webhooks. */
export interface Credentials {
  readonly domain: string;
  readonly secret: string;
  readonly client_id?: string;
  readonly token?: string;
}

/** Why something did not work: nobody answered, or what the server said. */
export type Trouble = 'network' | { readonly said: string };

/** Changes what is shown by asking the server; returns whether it worked. */
export type Asking = (work: () => Promise<StoreShown>) => Promise<boolean>;

export async function readStore(): Promise<StoreShown | null> {
  const text = await getText(board.around, '/desk/store');
  return text === null ? null : (JSON.parse(text) as StoreShown);
}

async function ask(what: string, body: object): Promise<unknown> {
  return post(board.around, `/desk/store/${what}`, JSON.stringify(body));
}

export async function checkStore(): Promise<StoreShown> {
  return (await ask('check', {})) as StoreShown;
}

export async function connectStore(credentials: Credentials): Promise<StoreShown> {
  return (await ask('connect', credentials)) as StoreShown;
}

export async function disconnectStore(): Promise<StoreShown> {
  return (await ask('disconnect', {})) as StoreShown;
}

export async function closePrivacy(id: string): Promise<StoreShown> {
  return (await ask('privacy-done', { id })) as StoreShown;
}

export async function makeInstallLink(domain: string): Promise<string> {
  return ((await ask('install-link', { domain })) as { url: string }).url;
}

export async function importOrders(csv: string): Promise<ContactsImported> {
  const told = await post(board.around, '/desk/import-orders', JSON.stringify({ csv }));
  return told as ContactsImported;
}
