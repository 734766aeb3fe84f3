// What keeps the server itself from answering.
import { entry } from './entry.ts'

export const serverErrors = {
  'server-unreachable': entry(
    { kind: 'unavailable', status: 503 },
    'Gleaner does not answer at {url} ({detail}).',
    'Start it with gleaner serve, or name its address with --url.',
  ),
  'not-ready': entry(
    { kind: 'unavailable', status: 503 },
    'Gleaner is still starting ({detail}).',
    'Wait a moment and try again.',
  ),
  'address-in-use': entry(
    { kind: 'conflict', status: 409 },
    'The address {address} is taken by another program.',
    'Stop it, or set GLEANER_LISTEN to another address.',
  ),
  internal: entry(
    { kind: 'broken', status: 500 },
    'Gleaner failed at {detail}.',
    'See the log for the cause and report it with the log lines.',
  ),
}
