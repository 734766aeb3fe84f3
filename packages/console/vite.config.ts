// Builds the page to dist/: hashed assets, no inline script and no data: script, so that the server can send a strict
// content security policy; each text file also compressed, since the server sends those as they are. In development the API
// comes from the fake server (dev/start.mjs) or a real one.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const compressible = /\.(?:js|css|svg|html)$/

function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir }) {
      if (dir === undefined) return
      for (const name of await readdir(dir, { recursive: true })) {
        if (!compressible.test(name)) continue
        const content = await readFile(join(dir, name))
        await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }))
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(content))
      }
    },
  }
}

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5173, proxy: { '/api': process.env['GLEANER_URL'] ?? 'http://127.0.0.1:7879' } },
})
