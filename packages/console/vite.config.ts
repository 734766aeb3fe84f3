// Builds the page to dist/: hashed assets, no inline script and no data: script, so that the server can send a strict
// content security policy. In development the API comes from the fake server (dev/start.mjs) or a real one.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
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
