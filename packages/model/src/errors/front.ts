// What the Nova-compatible front answers.
import { entry } from './entry.ts'

export const frontErrors = {
  'front-request-invalid': entry(
    { kind: 'refused', status: 400 },
    '{detail}.',
    'Correct the request; nova was not asked.',
  ),
  'front-too-large': entry(
    { kind: 'refused', status: 413 },
    'The body of this request has more than {limit} bytes.',
    'Send a smaller one; nova takes no larger one either.',
  ),
  'front-quota': entry(
    { kind: 'refused', status: 403 },
    'Quota of preemptible capacity: {detail}',
    'End some of the preemptible servers of the project, or ask an operator for a larger quota.',
  ),
  'front-busy': entry(
    { kind: 'unavailable', status: 503 },
    'The front has {open} requests under way ({limit}).',
    'Try again; raise the limit in the configuration if this is the usual load.',
  ),
  'front-unreachable': entry(
    { kind: 'unavailable', status: 503 },
    '{service} cannot be reached at {address} ({detail}).',
    'Check that it is up, and the address in the section front of the configuration.',
  ),
  'front-broken-off': entry(
    { kind: 'broken', status: 502 },
    '{service} at {address} broke off before its answer was complete ({detail}).',
    'If this was a change, look whether it took effect before trying again; the log of {service} tells why.',
  ),
  'front-silent': entry(
    { kind: 'unavailable', status: 504 },
    '{service} at {address} has said nothing for {seconds} s.',
    'If this was a change, look whether it took effect before trying again.',
  ),
  'front-garbled': entry(
    { kind: 'broken', status: 502 },
    '{service} gave an answer that cannot be passed on ({detail}).',
    'If this was a change, look whether it took effect before trying again; the log of {service} tells why.',
  ),
  'front-loop': entry(
    { kind: 'broken', status: 508 },
    'The front was asked by itself.',
    'Let front.upstream in the configuration lead to nova, not to Gleaner.',
  ),
}
