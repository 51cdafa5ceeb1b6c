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
      // Urdu's letters are fetched by those who choose Urdu, and kept from then on.
      const files = filesIn(out, '').filter((file) => !file.endsWith('.woff2') && file !== 'sw.js');
      const digest = createHash('sha256');
      for (const file of files) digest.update(file).update(readFileSync(join(out, file)));
      const list = files.map((file) => [`/${file}`, NAMED_BY_CONTENT.test(file)]);
      await buildWorker(out, list, digest.digest('hex').slice(0, 12));
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

async function buildWorker(outDir: string, files: unknown[], release: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { __FILES__: JSON.stringify(files), __RELEASE__: JSON.stringify(release) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'chrome111',
      rolldownOptions: {
        input: 'src/sw.ts',
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  });
}
