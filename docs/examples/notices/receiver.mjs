// A receiver of Gleaner's notices: checks the signature, takes each notice once, prints it.
//   GLEANER_HOOK_SECRET=… node receiver.mjs 9099
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.GLEANER_HOOK_SECRET ?? ''
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
const seen = new Set()

function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': given = '' } = headers
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), expected)
}

createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end()
    const notice = JSON.parse(body)
    if (!seen.has(notice.id)) process.stdout.write(`${notice.project.name}: ${notice.kind}: ${notice.sentence}\n`)
    seen.add(notice.id)
    response.writeHead(204).end()
  })
}).listen(Number(process.argv[2] ?? 9099), '127.0.0.1')
