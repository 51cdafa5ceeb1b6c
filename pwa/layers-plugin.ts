/** Puts the order of the cascade's layers first in the app's one sheet: whoever names a layer first decides its rank. */

import type { Plugin } from 'vite';

const ORDER = '@layer reset,tokens,base,components;';

export function layersFirst(): Plugin {
  return {
    name: 'rawana-layers',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
          file.source = ORDER + String(file.source);
        }
      },
    },
  };
}
