// The schema of a database as text, from the catalogue: tables with columns, constraints, indexes, triggers and settings, and
// functions by digest. Sorted, without anything that differs between two databases of the same migrations or between
// two major versions of PostgreSQL. A test compares it to the committed snapshot, so that no change goes unseen.
import type { Client } from 'pg'
import { schemaName } from './session.ts'

const columns = `
  select c.relname as owner, 'column ' || lpad(a.attnum::text, 2, '0') || ' ' || a.attname || ' '
    || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
    || case a.attstorage when t.typstorage then '' else ' storage ' || a.attstorage::text end as line
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relnamespace = $1::regnamespace and a.attnum > 0 and not a.attisdropped`

// PostgreSQL 18 lists "not null" among the constraints; the columns show it already.
const constraints = `
  select c.relname as owner, 'constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where k.connamespace = $1::regnamespace and k.contype <> 'n'`

const indexes = `select tablename as owner, 'index ' || indexdef as line from pg_indexes where schemaname = $1`

const triggers = `
  select c.relname as owner, 'trigger ' || pg_get_triggerdef(t.oid) as line
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = $1::regnamespace and not t.tgisinternal`

const options = `
  select c.relname as owner, 'option ' || unnest(c.reloptions || coalesce(
    (select array_agg('toast.' || o) from pg_class s, unnest(s.reloptions) o where s.oid = c.reltoastrelid), '{}')) as line
  from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r'`

const functions = `
  select 'function ' || p.proname as owner, 'sha256 ' || encode(sha256(prosrc::bytea), 'hex') as line
  from pg_proc p where p.pronamespace = $1::regnamespace`

export async function readSchema(client: Client): Promise<string> {
  const found = new Map<string, string[]>()
  for (const query of [columns, constraints, indexes, triggers, options, functions]) {
    const { rows } = await client.query<{ owner: string; line: string }>(query, [schemaName])
    for (const { owner, line } of rows) found.set(owner, [...(found.get(owner) ?? []), line])
  }
  const owners = [...found.keys()].sort()
  return owners
    .map((owner) =>
      [owner, ...(found.get(owner) ?? []).sort().map((line) => `  ${line}\n`)].join('\n').replaceAll('\n\n', '\n'),
    )
    .join('\n')
}
