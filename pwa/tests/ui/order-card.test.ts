// @vitest-environment happy-dom

import { h, render, type ComponentChild } from 'preact';
import { beforeEach, expect, test } from 'vitest';
import { fetchScreenWords, speak } from '../../src/i18n/words.ts';
import { fillOrder, fillOrderLine, type Order } from '../../src/protocol/generated.ts';
import { ContactCard } from '../../src/ui/contact-card.tsx';
import { ItemsCard } from '../../src/ui/order-sections.tsx';
import { call, callAnswered } from '../../src/view/calls.ts';

const AYESHA = {
  name: 'Ayesha Khan',
  phone: '923001234567',
  phone_raw: '0300-1234567',
  address: 'House 1, Street 4',
  city: 'Lahore',
};
const KURTA = fillOrderLine({
  id: '71',
  variant_id: '501',
  title: 'Kurta',
  variant_title: 'M / Blue',
  ordered_units: 2,
  current_units: 2,
  unit_paisa: 250_000,
});

function order(more: object = {}): Order {
  return fillOrder({
    id: '900',
    name: '#1001',
    placed_at: 1,
    contact: AYESHA,
    confirmation: { state: 'pending', attempts: [], checked: [] },
    lines: [KURTA],
    cod: true,
    total_paisa: 500_000,
    outstanding_paisa: 500_000,
    status: 'to_confirm',
    rev: 1,
    ...more,
  });
}

function drawn(what: ComponentChild): HTMLElement {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  render(what, place);
  return place;
}

function press(testId: string): HTMLAnchorElement {
  const link = document.querySelector<HTMLAnchorElement>(`[data-testid="${testId}"]`)!;
  link.addEventListener('click', (event) => {
    event.preventDefault();
  });
  link.click();
  return link;
}

beforeEach(async () => {
  await speak('en');
  await fetchScreenWords();
  callAnswered();
});

test('an order shows whose it is and where it goes', () => {
  const text = drawn(h(ContactCard, { order: order() })).textContent;
  expect(text).toContain('Ayesha Khan');
  expect(text).toContain('+92 300 1234567');
  expect(text).toContain('House 1, Street 4, Lahore');
});

test('one press calls the customer, and the app remembers that it asked', () => {
  drawn(h(ContactCard, { order: order() }));
  expect(press('call').getAttribute('href')).toBe('tel:+923001234567');
  expect(call.value).toEqual({ orderId: '900', channel: 'call', back: false });
});

test('one press opens a chat with the customer, with the order already written out', () => {
  drawn(h(ContactCard, { order: order() }));
  const link = press('whatsapp');
  const to = new URL(link.href);
  expect(to.origin + to.pathname).toBe('https://wa.me/923001234567');
  for (const part of ['Assalam o alaikum Ayesha Khan', '#1001', 'Rs 5,000', 'Street 4']) {
    expect(to.searchParams.get('text')).toContain(part);
  }
  expect(link.target).toBe('_blank');
  expect(call.value).toEqual({ orderId: '900', channel: 'whatsapp', back: false });
});

test('the chat begins in Urdu where the app speaks Urdu, with Western digits', async () => {
  await speak('ur');
  drawn(h(ContactCard, { order: order() }));
  const text = new URL(press('whatsapp').href).searchParams.get('text')!;
  expect(text).toMatch(/[\u0600-\u06ff]/);
  expect(text).toContain('5,000');
  expect(text).not.toMatch(/[\u0660-\u0669\u06f0-\u06f9]/);
});

test('nobody can be called where there is no number, and that is said', () => {
  const contact = { ...AYESHA, phone: null, phone_raw: null };
  const card = drawn(h(ContactCard, { order: order({ contact }) }));
  expect(card.querySelector('[data-testid="call"], [data-testid="whatsapp"]')).toBeNull();
  expect(card.textContent).toContain('No phone number');
});

test('an order shows each item with its size and how many', () => {
  const text = drawn(h(ItemsCard, { order: order() })).textContent;
  expect(text).toContain('Kurta');
  expect(text).toContain('M / Blue');
  expect(text).toContain('× 2');
});

test('an order shows its total, and whether cash is to be collected or all is paid', () => {
  const unpaid = drawn(h(ItemsCard, { order: order() })).textContent;
  expect(unpaid).toContain('Rs 5,000');
  expect(unpaid).toContain('Collect cash');
  const paid = order({ cod: false, outstanding_paisa: 0, financial_status: 'paid' });
  const text = drawn(h(ItemsCard, { order: paid })).textContent;
  expect(text).toContain('Rs 5,000');
  expect(text).not.toContain('Collect cash');
  expect(text).toContain('Paid');
});
