// What a caller did.
import { entry } from './entry.ts'

export const callerErrors = {
  'config-invalid': entry(
    { kind: 'refused', status: 422 },
    '{file}:{line}: {detail}',
    'Correct the line; of a configuration gleaner config check tells when all is well.',
  ),
  'config-missing': entry(
    { kind: 'not-found', status: 404 },
    'The configuration file {file} cannot be read ({detail}).',
    'Check the path given by --config or GLEANER_CONFIG.',
  ),
  'agent-config-invalid': entry(
    { kind: 'refused', status: 422 },
    '{file}:{line}: {detail}',
    'Correct the line; gleaner agent monitors tells what the agent sees with the file.',
  ),
  'agent-config-missing': entry(
    { kind: 'not-found', status: 404 },
    'The configuration file {file} of the agent cannot be read ({detail}).',
    'Check the path given by --config; without it the file is /etc/gleaner/agent.yaml, which may be empty.',
  ),
  'file-unreadable': entry(
    { kind: 'not-found', status: 404 },
    'The file {file} cannot be read ({detail}).',
    'Check the path and the rights of the file.',
  ),
  'request-invalid': entry(
    { kind: 'refused', status: 400 },
    '{detail}',
    'Correct the request; the API description is at /api/openapi.json.',
  ),
  'not-found': entry({ kind: 'not-found', status: 404 }, '{object} does not exist.', 'Check the name or id.'),
  ambiguous: entry(
    { kind: 'conflict', status: 409 },
    '{object} is not unique: {detail}.',
    'Use the id instead of the name.',
  ),
  conflict: entry({ kind: 'conflict', status: 409 }, '{detail}', 'Read the current state and try again.'),
  'lease-no-slot': entry(
    { kind: 'conflict', status: 409 },
    '{detail}',
    'Take one of the alternatives, ask for fewer hosts, or for another time; gleaner leases create --dry-run tells what keeps each host out.',
  ),
  'lease-refused': entry(
    { kind: 'refused', status: 403 },
    '{detail}',
    'The command gleaner leases quota shows the limits of the project and what is left; they stand in the section reservations of the configuration.',
  ),
  'approval-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'The service that approves leases does not answer ({detail}); nothing was reserved.',
    'Check that it is up and reachable from here, and try again; reservations.approval.unanswered decides what happens meanwhile.',
  ),
  'rule-invalid': entry(
    { kind: 'refused', status: 422 },
    'rule "{rule}": {detail}',
    'Correct the expression at the position that is named.',
  ),
  'placement-invalid': entry(
    { kind: 'refused', status: 422 },
    '{file}:{line}: {detail}',
    'Correct the file at the places that are named; the formats are in docs/placement.md and docs/schemas/.',
  ),
  'read-only': entry(
    { kind: 'refused', status: 409 },
    '{object} is set by the configuration file.',
    'Change {file} and restart, or remove the setting there.',
  ),
}
