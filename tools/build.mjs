// npm run build: everything that npm start would build.
import { ensureBuilt, ensureInstalled, requireNode } from './steps.mjs'

requireNode()
await ensureInstalled()
await ensureBuilt()
