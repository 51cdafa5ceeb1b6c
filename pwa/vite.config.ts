import { defineConfig } from 'vitest/config';
import { layersFirst } from './layers-plugin.ts';
import { precache } from './precache-plugin.ts';

export default defineConfig({
  plugins: [layersFirst(), precache()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // Android 8 and 9 are frozen below the newest browsers.
    target: ['chrome111', 'safari16.4', 'firefox115'],
    modulePreload: { polyfill: false },
    // A file put into the page as data: would break the content security policy.
    assetsInlineLimit: 0,
    // Small enough for one sheet; the layers' order is then stated once.
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
  test: { include: ['tests/**/*.test.{ts,tsx}'] },
});
