// Writes the reference pages that follow from tables in the code: docs/errors.md (errors and reasons) and
// docs/configuration.md (every key), docs/placement-codes.md, docs/schemas (the files of a placement question and of tests of rules, the body of a webhook). With --check it writes nothing and fails when a page differs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.mjs'

const {
  errorRegistry,
  HostsFile,
  NoticeBody,
  ReportBody,
  PlacementAnswer,
  placementCodes,
  PlacementRequest,
  reasonCodes,
  RuleCaseFile,
} = await import('@gleaner/model')
const { configReference } = await import('@gleaner/server')

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (heads, rows) =>
  [
    `| ${heads.join(' | ')} |`,
    `|${heads.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n')

const errors = `# Errors and reasons

This page follows from the code (\`npm run docs\`); codes are never used again for something else.

## Errors

What should not have happened. The API answers with \`application/problem+json\` that carries the code, the sentence and the
remedy; the command line prints both and ends with 1 (2 where a file is to blame, 3 when the server cannot be reached). Problems in the console carry the
same codes. Words in braces are filled in.

${table(
  ['code', 'status', 'says', 'what to do'],
  Object.entries(errorRegistry).map(([code, entry]) => [`\`${code}\``, entry.status, entry.message, entry.remedy]),
)}

Every error is of one of six kinds: not-found, conflict, refused, capacity, unavailable (tried again by itself) and broken.

## Reasons

What was decided about an instance, and why. A reason is an answer, not an error: \`gleaner why\` shows them with their numbers.

${table(
  ['code', 'means'],
  Object.entries(reasonCodes).map(([code, meaning]) => [`\`${code}\``, meaning]),
)}
`

const configuration = `# Configuration

One YAML file: the one named by \`--config\` or \`GLEANER_CONFIG\`, else \`gleaner.yaml\` in the current folder, else none.
\`gleaner config check\` names every fault with its line and then tries every cloud; \`gleaner config show\` tells what is set,
from where, with what effect. Durations are written \`90s\`, \`10m\`, \`2h\`, \`14d\`.

This page follows from the code (\`npm run docs\`).

## Environment

${table(
  ['variable', 'means'],
  [
    ['`GLEANER_CONFIG`', 'Path of the configuration file'],
    ['`GLEANER_STATE_DIR`', 'State directory; wins over `stateDirectory`'],
    ['`GLEANER_LISTEN`', 'Address and port; wins over `listen`'],
    ['`DATABASE_URL`', 'PostgreSQL to use; wins over `databaseUrl`'],
    [
      '`ONE_XMLRPC`, `ONE_AUTH`',
      'Endpoint of an OpenNebula, and the file with user:password; where the file has no `endpoint`, no `auth`',
    ],
    ['`GLEANER_URL`, `GLEANER_TOKEN`', 'Where the command line finds the server, and its token'],
  ],
)}

## Keys

${table(
  ['key', 'type', 'default', 'means'],
  configReference().map((key) => [`\`${key.name}\``, key.type, key.fallback, key.meaning]),
)}

A secret is a text, or better \`{ env: NAME }\` or \`{ file: PATH }\` (relative to the configuration file). Secrets are never
logged, never shown, and never stored in the database.

## An example

\`\`\`yaml
clouds:
  - id: lab
    kind: libvirt
    hosts:
      - { name: kvm1, uri: "qemu:///system" }
      - { name: kvm2, uri: "qemu+ssh://gleaner@kvm2/system" }
modes:
  idleness: advise
policy:
  snapshotMaxAge: 3m
  budgets: { actionsPerMinute: 5, hostShare: 0.3 }
  protectedTags: [gleaner-protected, production]
rules:
  - name: forgotten
    description: Nobody has used it for two weeks
    expression: >-
      coverage(cpu, "14d") > 0.9 && shareBelow(cpu, 0.03, "14d") >= 0.97
    action: suspend
    grace: 1d
    mode: enforce
\`\`\`
`

/** A schema as a file of its own: the formats of `gleaner place` and `gleaner rules test` for editors and other programs. */
const schemaFile = (title, schema) =>
  `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema }, null, 2)}\n`

const codes = `# Reasons of a placement

Why a host was or was not chosen ([gleaner place](placement.md)). A host carries every code that applies to it, in this order; codes
are never used again for something else. This page follows from the code (\`npm run docs\`).

${table(
  ['code', 'means'],
  Object.entries(placementCodes).map(([code, meaning]) => [`\`${code}\``, meaning]),
)}
`

let stale = false
for (const [name, text] of [
  ['docs/errors.md', errors],
  ['docs/configuration.md', configuration],
  ['docs/placement-codes.md', codes],
  ['docs/schemas/report.schema.json', schemaFile('Report of Gleaner to a webhook', ReportBody)],
  ['docs/schemas/notice.schema.json', schemaFile('Notice of Gleaner to a webhook', NoticeBody)],
  ['docs/schemas/placement-hosts.schema.json', schemaFile('Hosts of a placement question', HostsFile)],
  ['docs/schemas/placement-request.schema.json', schemaFile('Request of a placement question', PlacementRequest)],
  ['docs/schemas/placement-answer.schema.json', schemaFile('Answer to a placement question', PlacementAnswer)],
  ['docs/schemas/rule-cases.schema.json', schemaFile('Rules and the cases that test them', RuleCaseFile)],
]) {
  const path = join(root, name)
  if (!process.argv.includes('--check')) writeFileSync(path, text)
  else if (readFileSync(path, 'utf8') !== text) {
    stale = true
    console.error(`${name} differs from the code: run npm run docs`)
  }
}
process.exit(stale ? 1 : 0)
