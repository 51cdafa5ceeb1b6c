/** Builds the phone's store and sync code as a program for Node.js, which simulations drive through a pipe. */

import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'tests/node-phone/main.ts',
    outDir: '../.make/node-phone',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'phone.mjs', codeSplitting: false } },
  },
});
