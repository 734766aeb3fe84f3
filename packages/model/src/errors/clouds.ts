// What a cloud answers.
import { entry } from './entry.ts'

export const cloudErrors = {
  'cloud-not-found': entry(
    { kind: 'not-found', status: 404 },
    '{cloud}: {object} does not exist.',
    'Wait for the next reading of the cloud, or check the name.',
  ),
  'cloud-conflict': entry(
    { kind: 'conflict', status: 409 },
    '{cloud}: {object} is not in a state for this ({detail}).',
    'Wait until the other operation has ended.',
  ),
  'cloud-refused': entry(
    { kind: 'refused', status: 403 },
    '{cloud}: the credentials may not do this ({detail}).',
    'Give the user the right that is named, or change the credentials.',
  ),
  'cloud-capacity': entry(
    { kind: 'capacity', status: 409 },
    '{cloud}: no room for {object} ({detail}).',
    'Free capacity first; the plan shows what could be reclaimed.',
  ),
  'cloud-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    '{cloud} does not answer ({detail}).',
    'Check that the cloud is up and reachable from here; Gleaner retries by itself.',
  ),
  'cloud-broken': entry(
    { kind: 'broken', status: 502 },
    '{cloud} gave an answer that makes no sense ({detail}).',
    'Check the version of the cloud against docs/; nothing was done on this answer.',
  ),
  'cloud-unsupported': entry(
    { kind: 'refused', status: 422 },
    '{cloud} cannot {action} an instance.',
    'Use an action the cloud supports; the cloud guide lists them.',
  ),
}
