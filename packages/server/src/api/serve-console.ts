// The web console at /: files with a hash in their name are kept by browsers for ever, index.html never; every path that
// is no file is the console's own affair and gets index.html. Where the console was not built, a page says how to.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { GleanerError } from '@gleaner/model'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDynamic } from './security-headers.ts'

/** From packages/server/{src,dist}/api. */
export const defaultConsoleDirectory = fileURLToPath(new URL('../../../console/dist', import.meta.url))

export function serveConsole(api: FastifyInstance, directory: string): void {
  const built = existsSync(join(directory, 'index.html'))
  if (built) {
    void api.register(fastifyStatic, {
      root: directory,
      prefix: '/',
      cacheControl: false,
      dotfiles: 'deny',
      preCompressed: true,
      index: 'index.html',
      setHeaders: (reply, path) => {
        const hashed = /[/\\]assets[/\\]/.test(path)
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  api.setNotFoundHandler(async (request, reply) => {
    if (!isPage(request)) throw new GleanerError('not-found', { object: `${request.method} on this path` })
    if (!built) return reply.code(200).type('text/html; charset=utf-8').send(notBuiltPage)
    return sendIndex(reply)
  })
}

/** A file (with an ending) that is not there stays not there: index.html in place of a script helps nobody. */
function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? ''
  return (request.method === 'GET' || request.method === 'HEAD') && !isDynamic(request.url) && !/\.\w+$/.test(path)
}

async function sendIndex(reply: FastifyReply): Promise<FastifyReply> {
  return reply.header('cache-control', 'no-cache').sendFile('index.html')
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Gleaner: console not built</title></head>
<body>
<h1>The console is not built</h1>
<p>Gleaner runs and its API answers at <a href="/api/v1/status">/api/v1/status</a>, but the files of the console are
missing. In the checkout, run</p>
<pre>npm run build</pre>
<p>and reload this page. The command line needs no console: <code>npx gleaner status</code>.</p>
</body>
</html>
`
