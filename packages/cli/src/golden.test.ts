// What people read, word for word, of every command. The texts stand in golden/; look at the difference before accepting it
// (vitest -u).
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  begin,
  clock,
  end,
  folder,
  gleaner,
  golden,
  idleInstance,
  meterHourBefore,
  server,
  transcript,
  turn,
  turnUntil,
} from './testing/golden-scene.ts'

beforeAll(begin, 60_000)
afterAll(end)

describe('the command line', () => {
  it.each([
    ['status', 'status', {}],
    ['status-narrow', 'status', { columns: 60 }],
    ['status-colour', 'status', { colour: true }],
    ['hosts', 'hosts', {}],
    ['hosts-narrow', 'hosts --sort -idle --limit 3', { columns: 50 }],
    ['place-live', 'place --hosts live --request request.json', {}],
    ['instances', 'instances --sort -idle --limit 12', {}],
    ['instances-narrow', 'instances --state running --sort -cpu --limit 5', { columns: 60 }],
    ['instances-none', 'instances there-is-no-such-instance', {}],
    ['why-host', 'why desk-alice', {}],
    ['why-host-estimate', 'why hv-01', {}],
    ['estimates', 'estimates', {}],
    ['estimates-narrow', 'estimates --sort -free --limit 2', { columns: 60 }],
    ['estimates-host', 'estimates hv-01 --for 2h', {}],
    ['plan', 'plan', {}],
    ['rules', 'rules', {}],
    ['rule', 'rules show forgotten', {}],
    ['mode', 'mode', {}],
    ['problems-none', 'problems', {}],
    ['preemption-observed', 'preemption', {}],
    ['decisions-none', 'preemption decisions', {}],
    ['evictions-none', 'evictions', {}],
    ['evictions-none-waiting', 'evictions --waiting', {}],
    ['history-none', 'history', {}],
    ['savings-none', 'savings', {}],
    ['energy-none', 'energy --from 2026-03-01 --to 2026-03-02', {}],
    ['help', '--help', {}],
    ['help-rules', 'rules --help', {}],
    ['users-none', 'users', {}],
    ['help-users', 'users --help', {}],
    ['audit-none', 'audit there-is-no-such-change', {}],
    ['version', 'version', {}],
  ] as const)('%s', (name, words, call) => transcript(words, call).then((text) => golden(name, text)))

  it.each([
    ['error-not-found', 'why there-is-no-such-instance', {}],
    ['error-forbidden', 'pause', { token: undefined }],
    ['error-unauthenticated', 'status', { token: 'gln_wrong' }],
    ['error-unreachable', 'status', { url: 'http://127.0.0.1:6' }],
    ['error-json', 'status --json', { url: 'http://127.0.0.1:6' }],
    ['error-read-only', 'mode idleness enforce', {}],
    ['error-lease-counts', 'leases create exam --hosts 2-3-4 --for 1h', {}],
    ['error-lease-zone', 'leases create exam --hosts 2 --for 1h --zone Europe/Berlin', {}],
    ['error-lease-change', 'leases change exam', {}],
    ['error-lease-change-both', 'leases change exam --hosts 2 --instances 3', {}],
    ['error-usage', 'stats', {}],
    ['error-usage-option', 'keep web', {}],
    ['error-savings', 'savings --by colour', {}],
    ['error-energy', 'energy --by colour', {}],
    ['error-energy-time', 'energy --from yesterday', {}],
    ['error-savings-span', 'savings --for 900d', {}],
    ['error-usage-mode', 'mode idleness loud', {}],
    ['error-users', 'users activate CN=Nobody', {}],
    ['error-users-role', 'users activate CN=Nobody --role king', {}],
    ['error-users-projects', 'users activate CN=Nobody --project web-shop --without-projects', {}],
    ['error-approve', 'approve nothing', {}],
    ['error-eviction-test', 'evictions test there-is-no-such-instance', {}],
    ['error-mark', 'evictions mark web loud', {}],
    ['error-eviction', 'evictions show evi_none', {}],
    ['error-decision', 'preemption show dec_none', {}],
    ['error-rule-file', 'rules check missing.yaml', {}],
  ] as const)('%s', (name, words, call) => transcript(words, call).then((text) => golden(name, text)))

  it('tells faults of a rule where they are', async () => {
    writeFileSync(
      join(folder, 'rule.yaml'),
      'name: night\nexpression: |\n  instance.state == "running" &&\n  cpuu < 0.1\naction: suspend\n',
    )
    await golden('rule-check', await transcript('rules check rule.yaml'))
    writeFileSync(join(folder, 'wrong.yaml'), 'name: Night\nexpresion: "true"\naction: sleep\n')
    await golden('rule-file-faults', await transcript('rules check wrong.yaml'))
    writeFileSync(
      join(folder, 'right.yaml'),
      'name: night\nexpression: instance.state == "running" && cpu < 0.02\naction: suspend\n',
    )
    await golden('rule-preview', await transcript('rules preview right.yaml --limit 3'))
    await transcript('projects limit web-shop --grace 7d')
    await golden('rule-preview-held', await transcript('rules preview right.yaml --limit 1'))
    await transcript('projects limit web-shop --grace none')
  })

  it('brings the rules to what a file says, and shows first what would change', async () => {
    const rule = (name: string, rest: string) => `  - { name: ${name}, action: notify, expression: 'false', ${rest} }\n`
    const write = (...rules: string[]) => writeFileSync(join(folder, 'rules.yaml'), `rules:\n${rules.join('')}`)
    write(rule('one', 'grace: 1h'), rule('two', 'covers: { projects: [web-shop] }'))
    await golden('rules-apply-shown', await transcript('rules apply rules.yaml'))
    expect((await gleaner('rules export')).out).toBe('rules: []\n')
    await golden('rules-apply', await transcript('rules apply rules.yaml --yes'))
    await golden('rules-export', await transcript('rules export'))
    await golden('rules-apply-same', await transcript('rules apply rules.yaml --yes'))
    write(rule('two', 'covers: { projects: [web-shop] }, grace: 2h, priority: 5'), rule('three', 'enabled: false'))
    await golden('rules-apply-kept', await transcript('rules apply rules.yaml'))
    const chain = 'steps: [{ after: 7d, action: suspend }, { after: 14d, action: delete, grace: 7d }]'
    write(
      rule('two', 'covers: { projects: [web-shop] }, grace: 2h, priority: 5'),
      rule('three', `enabled: false, ${chain}`),
    )
    await golden('rules-apply-chain', await transcript('rules apply rules.yaml'))
    const pruned = JSON.parse((await gleaner('rules apply rules.yaml --yes --prune --json')).out)
    expect(pruned).toEqual({
      created: ['three'],
      changed: [{ name: 'two', keys: ['grace', 'priority'] }],
      removed: ['one'],
      kept: 0,
      same: 0,
      applied: true,
    })
    await golden('rule-chain', await transcript('rules show three'))
    const listed = JSON.parse((await gleaner('rules --json')).out) as { items: { definition: { name: string } }[] }
    expect(listed.items.map(({ definition }) => definition.name).sort()).toEqual([
      'forgotten',
      'oversized',
      'three',
      'two',
    ])
    write(rule('forgotten', 'grace: 2h'), rule('never', 'grace: 1h'))
    await golden('error-rules-apply-file', await transcript('rules apply rules.yaml --yes'))
    write(rule('wrong', 'grace: 1h').replace("'false'", "'cpuu < 1'"), rule('never', 'grace: 1h'))
    await golden('error-rules-apply', await transcript('rules apply rules.yaml --yes'))
    expect((await gleaner('rules --json')).out).not.toContain('never')
    for (const name of ['two', 'three']) await gleaner(`rules delete ${name}`)
  })

  it('lets somebody in who came with a certificate', async () => {
    const { people } = server.application.store
    const certificate = { serial: '7', fingerprint: 'AA:BB', certificateEndsAtMs: Date.UTC(2039, 0, 1) }
    const seen = {
      issuer: 'CN=Lab CA',
      subject: 'CN=Alice,OU=People',
      ...certificate,
      lastSeenMs: Date.UTC(2026, 2, 4),
    }
    await people.seen(seen, 1)
    await golden(
      'users-activate',
      await transcript('users activate CN=Alice,OU=People --role member --project web-shop'),
    )
    const { items } = JSON.parse((await gleaner('users list --json')).out) as { items: object[] }
    expect(items).toMatchObject([{ state: 'active', role: 'member', projects: ['web-shop'], decidedBy: 'golden' }])
    const widened = await transcript('users activate CN=Alice,OU=People --role viewer --without-projects')
    await golden('users-activate-without-projects', widened)
    await golden('users-deactivate', await transcript('users deactivate CN=Alice,OU=People'))
    await golden('audit-users', await transcript('audit "activate user"'))
    await golden('users-remove', await transcript('users remove CN=Alice,OU=People'))
  })

  it('reserves hosts, and tells why not', async () => {
    const create = 'leases create exam --project web-shop --for 2h'
    await golden(
      'leases-create',
      await transcript(`${create} --hosts 2 --filter "vcpus>1" --start 2026-03-04T20:00:00Z`),
    )
    await golden(
      'leases-hold',
      await transcript(
        'leases create held --project build-farm --for 1d --hosts 1-2 --start 2026-03-05T08:00:00Z --hold 1h',
      ),
    )
    await golden(
      'leases-wait',
      await transcript(
        'leases create later --project web-shop --for 2d --hosts 4 --start 2026-03-05T07:00:00Z --end 2026-03-07T08:00:00Z --wait 9d',
      ),
    )
    await golden('leases', await transcript('leases'))
    await golden('leases-quota', await transcript('leases quota --project web-shop'))
    await golden(
      'leases-calendar',
      await transcript('leases calendar --from 2026-03-04T12:00:00Z --to 2026-03-06T12:00:00Z'),
    )
    await golden(
      'leases-dry-run',
      await transcript(
        'leases create all --project data-science --for 12h --hosts 5 --start 2026-03-04T18:00:00Z --dry-run',
      ),
    )
    await golden(
      'leases-room',
      await transcript(
        'leases create notebooks --project data-science --for 2h --instances 3 --vcpus 2 --memory 4096 --start 2026-03-08T08:00:00Z',
      ),
    )
    await golden(
      'leases-repeat',
      await transcript(
        'leases create nightly --project web-shop --for 8h --hosts 4 --start 2026-03-06T21:00:00Z --repeat FREQ=DAILY;COUNT=3 --zone Europe/Berlin --dry-run',
      ),
    )
    await golden(
      'leases-repeat-made',
      await transcript(
        'leases create weekly --project web-shop --for 2h --hosts 1 --start 2026-03-06T21:00:00Z --repeat FREQ=WEEKLY;COUNT=2',
      ),
    )
    const { items: made } = JSON.parse((await gleaner('leases --json')).out) as {
      items: { series?: { id: string } }[]
    }
    const series = made.find((lease) => lease.series !== undefined)?.series?.id ?? 'none'
    await golden('leases-end-series', await transcript(`leases end-series ${series} --from 2026-03-10T00:00:00Z`))
    await golden('leases-end-series-rest', await transcript(`leases end-series ${series}`))
    await gleaner('leases change notebooks --instances 4')
    await golden('leases-room-show', await transcript('leases show notebooks'))
    await gleaner('leases create next --project web-shop --for 1h --hosts 5 --start 2026-03-08T10:00:00Z')
    await golden('leases-show-followed', await transcript('leases show notebooks'))
    await gleaner('leases end next')
    await gleaner('leases end notebooks')
    await golden('leases-end', await transcript('leases end exam'))
    await golden('leases-end-waiting', await transcript('leases end later'))
    await gleaner('leases end held')
  })

  it('tests rules against described cases', async () => {
    const example = new URL('../../../docs/examples/rules-test.yaml', import.meta.url)
    cpSync(example, join(folder, 'cases.yaml'))
    await golden('rules-test', await transcript('rules test cases.yaml'))
    const failing = readFileSync(example, 'utf8')
      .replaceAll('expect: matched', 'expect: not-matched')
      .replace('was 2h', 'was 3h')
    writeFileSync(join(folder, 'failing.yaml'), failing)
    await golden('rules-test-failing', await transcript('rules test failing.yaml'))
  })

  it('tells the story of an instance before and after', async () => {
    const name = idleInstance()
    await golden('why-proposed', await transcript(`why ${name}`))
    await golden('why-narrow', await transcript(`why ${name}`, { columns: 56 }))
    await golden('approve', await transcript(`approve ${name}`))
    await turn(2)
    await golden('why-notified', await transcript(`why ${name}`))
    await golden('status-next', await transcript('status'))
    await turnUntil(() =>
      [...server.application.state.clouds.values()].some(
        ({ snapshot }) => snapshot?.instances.find((instance) => instance.name === name)?.state === 'suspended',
      ),
    )
    await turn(2)
    await golden('why-suspended', await transcript(`why ${name}`))
    await golden('history', await transcript('history'))
    await golden('savings', await transcript('savings --for 1d'))
    await golden('savings-project', await transcript('savings --by project'))
    await golden('report', await transcript('report --for 1d'))
    await golden('error-report-project', await transcript('report --for 1d --project web-shp'))
    await meterHourBefore(name)
    await golden('savings-energy', await transcript('savings --for 1d'))
    await golden('energy-host', await transcript('energy --by host'))
    await golden('keep', await transcript(`keep ${name} --for 8h --reason "the demo of Thursday"`))
    await turn(1)
    await golden('why-kept', await transcript(`why ${name}`))
    await golden('plan-diff', await transcript('plan --diff'))
  })

  it('tells the story of an eviction from the notice to the return', async () => {
    const [one] = [...server.application.state.clouds.values()]
      .flatMap(({ snapshot }) => snapshot?.instances ?? [])
      .filter((instance) => instance.firmness === 'preemptible' && instance.state === 'running')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const name = one?.name ?? 'none'
    await golden('preemption', await transcript('preemption'))
    await golden('evictions-test', await transcript(`evictions test ${name}`))
    const listed = await gleaner('preemption decisions --json')
    expect(listed.err).toBe('')
    const { items } = JSON.parse(listed.out) as { items: { id: string }[] }
    const id = items[0]?.id ?? 'none'
    await turn(1)
    await golden('decisions', await transcript('preemption decisions'))
    await golden('why-told', await transcript(`why ${name}`))
    await turn(5)
    await golden('decision', await transcript(`preemption show ${id}`))
    await golden('evictions', await transcript('evictions'))
    const gone = JSON.parse((await gleaner('evictions --json')).out) as { items: { id: string }[] }
    await golden('eviction', await transcript(`evictions show ${gone.items[0]?.id ?? 'none'}`))
    await golden('why-evicted', await transcript(`why ${name}`))
    await golden('error-cancel', await transcript(`preemption cancel ${id}`))
    await golden('error-decision-approve', await transcript(`preemption approve ${id}`))
    await golden('opt-out', await transcript(`evictions opt-out ${name}`))
    await golden('mark', await transcript(`evictions mark ${name} firm`))
    expect(JSON.parse((await gleaner('evictions --json')).out)).toMatchObject({ total: 1 })
    expect(Object.keys(JSON.parse((await gleaner('preemption --json')).out))).toContain('forecast')
  })

  it('opts a project out of the rules, limits them, and tells so', async () => {
    const [one] = [...server.application.state.clouds.values()]
      .flatMap(({ snapshot }) => snapshot?.instances ?? [])
      .filter(({ id }) =>
        server.application.state.plan?.proposals.some(
          ({ instanceId, state }) => instanceId === id && state === 'awaiting-approval',
        ),
      )
    const projects = server.application.state.clouds.get(one?.cloudId as never)?.snapshot?.projects
    const project = projects?.find(({ id }) => id === one?.projectId)?.name ?? 'none'
    await golden(
      'projects-opt-out',
      await transcript(`projects opt-out ${project} --until 2026-12-24 --reason "exams until Christmas"`),
    )
    await turn(2)
    await golden('why-opted-out', await transcript(`why ${one?.name ?? 'none'}`))
    await golden('projects-limit', await transcript(`projects limit ${project} --grace 2d --strongest suspend`))
    await golden('projects', await transcript('projects'))
    await golden('projects-opt-in', await transcript(`projects opt-in ${project}`))
    await gleaner(`projects limit ${project} --grace none --strongest none`)
    await golden('error-projects-end', await transcript(`projects opt-out ${project} --reason x`))
    await golden('error-projects-limit', await transcript(`projects limit ${project} --strongest reboot`))
    await turn(2)
  })

  it('shows where notices go and what was answered, and tries a channel', async () => {
    const { store, state } = server.application
    const { fence } = state
    if (fence === undefined) throw new Error('it does not lead')
    await golden('error-notifications-channel', await transcript('notifications show webhook:none'))
    const nowMs = clock.nowMs()
    const plain = { instanceId: 'sim:i-1', proposalId: undefined, dueAtMs: undefined, sentBy: [], about: undefined }
    for (const [id, sentence] of [
      ['ntc_1', 'ci-runner-2 was stopped.'],
      ['ntc_2', 'web-3 could not be suspended.'],
    ] as const)
      await store.notices.add(fence, { ...plain, id, sentence, createdAtMs: nowMs }, ['webhook:ops'])
    await store.outbox.sent(fence, 'webhook:ops', { id: 'ntc_1' })
    await store.outbox.giveUp(fence, 'webhook:ops', { id: 'ntc_2', atMs: nowMs, fault: 'it answers 422' })
    await golden('notifications', await transcript('notifications'))
    await golden('notifications-show', await transcript('notifications show webhook:ops'))
    await golden('notifications-show-limit', await transcript('notifications show webhook:ops --limit 1'))
    // Nothing listens at the port of the discard service.
    await golden('notifications-test', await transcript('notifications test webhook:ops'))
  })

  it('gives programs the form of the API', async () => {
    const { out, code } = await gleaner('instances --json --limit 2')
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(out))).toEqual(['items', 'total'])
    const estimates = await gleaner('estimates --json --sort -ratio --limit 1')
    expect(JSON.parse(estimates.out)).toMatchObject({ total: 6, items: [{ host: 'hv-04', strategy: 'gleaner' }] })
    const ofHost = await gleaner('estimates hv-01 --json')
    expect(Object.keys(JSON.parse(ofHost.out))).toEqual(['now', 'items'])
    const why = await gleaner(`why ${idleInstance()} --json`)
    expect(Object.keys(JSON.parse(why.out))).toEqual(
      expect.arrayContaining(['instance', 'summary', 'rules', 'gate', 'holds', 'timeline']),
    )
    const pause = await gleaner('pause --json "a test"')
    expect(JSON.parse(pause.out)).toMatchObject({ by: 'golden', reason: 'a test' })
    expect((await gleaner('status')).out).toContain('by golden: a test')
    expect(JSON.parse((await gleaner('unpause --json')).out)).toEqual({ paused: false })
  })
})
