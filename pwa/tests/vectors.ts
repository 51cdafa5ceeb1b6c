import { readFileSync } from 'node:fs';

/** The golden vectors that Python writes and both test suites run. */
export function vectors<T>(name: string): T[] {
  const url = new URL(`../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T[];
}
