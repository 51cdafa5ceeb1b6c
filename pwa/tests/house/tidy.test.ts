import { expect, test } from 'vitest';
import { importsOf, sources } from './sources.ts';

const files = sources();
const ours = [...files].filter(([path]) => path !== 'protocol/generated.ts');
const VAGUE =
  /^(utils?|helpers?|common|base|manager|types|constants|core|lib|shared|misc|handlers|index)\./;

test('no file imports itself, however long the way round', () => {
  const graph = new Map(ours.map(([path, text]) => [path, importsOf(path, text)]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) throw new Error([...way, path].join(' > '));
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(done.size).toBeGreaterThanOrEqual(ours.length);
});

test('no file is named for nothing in particular', () => {
  const named = ours.map(([path]) => path.split('/').at(-1) ?? '');
  expect(named.filter((name) => VAGUE.test(name))).toEqual([]);
  expect(named.filter((name) => !/^[a-z0-9-]+(\.module)?\.(tsx?|css)$/.test(name))).toEqual([]);
});

test('no file only passes on what others export', () => {
  const barrels = ours.filter(([, text]) => /^export (\*|\{[^}]*\}) from/m.test(text));
  expect(barrels.map(([path]) => path)).toEqual([]);
});

test('layout follows the direction of reading: no left or right in any sheet', () => {
  const physical =
    /(^|[^\w-])(left|right|(margin|padding|border|inset)-(left|right|top|bottom)|text-align:\s*(left|right)|float)\s*[:;]/m;
  const sheets = ours.filter(([path]) => path.endsWith('.css'));
  expect(sheets.length).toBeGreaterThan(10);
  expect(sheets.filter(([, text]) => physical.test(text)).map(([path]) => path)).toEqual([]);
});

test('nothing is styled or run in a way that the security policy forbids', () => {
  const forbidden =
    /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|\beval\(|new Function|style=/;
  const code = ours.filter(([path]) => /\.tsx?$/.test(path));
  expect(code.filter(([, text]) => forbidden.test(text)).map(([path]) => path)).toEqual([]);
});

test('words for people stand in the dictionaries only', () => {
  const screens = ours.filter(([path]) => /^(screens|ui|desk)\/.*\.tsx$/.test(path));
  const bare = />\s*[A-Z][a-z]+ [a-z]+[^<{]*</;
  expect(screens.filter(([, text]) => bare.test(text)).map(([path]) => path)).toEqual([]);
});

test('the app asks no server but its own', () => {
  const code = ours.filter(([path]) => /\.tsx?$/.test(path));
  const addresses = code.flatMap(([, text]) => text.match(/\b(https?|wss?):\/\/[\w.-]+/g) ?? []);
  expect(addresses).toEqual(['https://wa.me']);
  const asking = code.filter(([, text]) => /\bfetch\(|XMLHttp|sendBeacon|EventSource/.test(text));
  expect(asking.map(([path]) => path).sort()).toEqual([
    'sw.ts',
    'sync/surroundings.ts',
    'sync/transport.ts',
  ]);
});
