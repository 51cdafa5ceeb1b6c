/** Builds the service worker after the app, with the list of the app's files in it. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { build, type Plugin } from 'vite';

const NAMED_BY_CONTENT = /-[\w-]{8}\.\w+$/;

export function precache(): Plugin {
  let out = 'dist';
  return {
    name: 'rawana-precache',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir;
    },
    async closeBundle() {
      await buildWorker(out, 'sw-push', {});
      const files = filesIn(out, '').filter((file) => file !== 'sw.js');
      const digest = createHash('sha256');
      for (const file of files) digest.update(file).update(readFileSync(join(out, file)));
      // Urdu's letters are fetched by those who choose Urdu; the worker keeps its own parts.
      const list = files
        .filter((file) => !file.endsWith('.woff2') && file !== 'sw-push.js')
        .map((file) => [`/${file}`, NAMED_BY_CONTENT.test(file)]);
      await buildWorker(out, 'sw', {
        __FILES__: JSON.stringify(list),
        __RELEASE__: JSON.stringify(digest.digest('hex').slice(0, 12)),
      });
    },
  };
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = posix.join(folder, name);
      return statSync(join(root, path)).isDirectory() ? filesIn(root, path) : [path];
    });
}

async function buildWorker(
  outDir: string,
  name: string,
  define: Record<string, string>,
): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'chrome111',
      rolldownOptions: {
        input: `src/${name}.ts`,
        output: { format: 'iife', entryFileNames: `${name}.js` },
      },
    },
  });
}
