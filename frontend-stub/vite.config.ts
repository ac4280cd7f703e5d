import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const TARGET = process.env.CHARTROOM_URL ?? 'http://127.0.0.1:8000';

/** Below this many bytes compressing saves no packet. */
const COMPRESSED_FROM_BYTES = 1024;

/** Writes name.br and name.gz beside each text file, so that Chartroom need not compress while it serves. */
function compressed(): Plugin {
  return {
    name: 'chartroom-compressed',
    apply: 'build',
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|json)$/.test(name)) continue;
        const path = join(options.dir ?? '.', name);
        const content = readFileSync(path);
        if (content.length < COMPRESSED_FROM_BYTES) continue;
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        // Quality 9: 11 takes eight times as long over the editor's 6 MB, for 4 % less.
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    outDir: resolve(import.meta.dirname, '../app/pages_built'),
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of its own: the content security policy takes no data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 8000,
    license: { fileName: 'licences.md' },
    manifest: 'manifest.json',
    rolldownOptions: {
      // GraphiQL's compiled parts say "use no memo" to a compiler that is not here.
      onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log),
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        playground: resolve(import.meta.dirname, 'playground.html'),
      },
    },
  },
  worker: { format: 'es' },
  server: {
    // The browser speaks to Vite alone; what is no page goes on to a Chartroom that runs beside it.
    proxy: { '/graphql': { target: TARGET, ws: true } },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
