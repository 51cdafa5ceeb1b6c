/** Fails when what a phone must load has grown beyond its budget (gzip, bytes). Run after the build. */

import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGETS = {
  'initial JS': 45_000,
  'largest lazy JS': 35_000,
  CSS: 10_000,
  'service worker': 3_000,
  'its pushing part': 10_000,
};

const gz = (path) => gzipSync(readFileSync(`dist/${path}`), { level: 9 }).length;
const page = readFileSync('dist/index.html', 'utf8');
const assets = readdirSync('dist/assets').map((name) => `assets/${name}`);
const scripts = assets.filter((name) => name.endsWith('.js'));
const initial = scripts.filter((name) => page.includes(name));
const sum = (names) => names.reduce((total, name) => total + gz(name), 0);
const sizes = {
  'initial JS': sum(initial),
  'largest lazy JS': Math.max(0, ...scripts.filter((s) => !initial.includes(s)).map(gz)),
  CSS: sum(assets.filter((name) => name.endsWith('.css'))),
  'service worker': gz('sw.js'),
  'its pushing part': gz('sw-push.js'),
};
for (const [what, size] of Object.entries(sizes)) {
  const over = size > BUDGETS[what];
  console.log(`${over ? 'OVER' : 'ok  '} ${what}: ${size} of ${BUDGETS[what]}`);
  if (over) process.exitCode = 1;
}
