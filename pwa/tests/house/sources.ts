import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Every file below `src`, by its path from there. */
export function sources(): Map<string, string> {
  const folder = join(ROOT, 'src');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => /\.(tsx?|css)$/.test(path));
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** The files of ours that a file imports at its top, types included. */
export function importsOf(path: string, text: string): string[] {
  const found = [...text.matchAll(/(?:from|^import) '(\.[^']+)'/gm)];
  return found.map((match) => normalize(join(dirname(path), match[1] ?? '')));
}
