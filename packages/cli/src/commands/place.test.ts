// `gleaner place` on files, by its words, as a person or a script has it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlacementAnswer } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const spot = { preemptible: true, vcpus: 4, ramMiB: 4096, diskGiB: 10, ageS: 7300 }
const host = { name: 'c1', vcpus: 8, ramMiB: 16_384, diskGiB: 100 }
const request = { preemptible: false, vcpus: 4, ramMiB: 4096, diskGiB: 10, count: 1 }
const full = {
  ...host,
  instances: [
    { ...spot, id: 'old' },
    { ...spot, id: 'young', ageS: 3599 },
  ],
}

async function place(given: { readonly hosts: unknown; readonly request?: unknown; readonly words?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-place-'))
  folders.push(folder)
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 1))
  writeFileSync(join(folder, 'hosts.json'), text(given.hosts))
  writeFileSync(join(folder, 'request.json'), text(given.request ?? request))
  const shown = { out: '', err: '' }
  const words = `place --hosts hosts.json --request request.json ${given.words ?? ''}`.trim().split(/ +/)
  const code = await run(words, {
    out: (part) => void (shown.out += part),
    err: (part) => void (shown.err += part),
    columns: 100,
    isTerminal: false,
    environment: {},
    directory: folder,
    timeZone: 'UTC',
    signal: new AbortController().signal,
  })
  return { ...shown, code, answer: () => JSON.parse(shown.out) as PlacementAnswer }
}

describe('what is decided', () => {
  it('takes free room first: nobody leaves', async () => {
    const shown = await place({ hosts: { hosts: [full, { ...host, name: 'c2', instances: [] }] }, words: '--json' })
    expect(shown.code).toBe(0)
    expect(shown.answer()).toEqual({
      feasible: true,
      placements: [{ instance: 0, host: 'c2' }],
      victims: [],
      cost: 0,
      reasons: { c1: ['room-elsewhere', 'no-room-vcpus'], c2: ['chosen'] },
    })
  })

  it.each([
    // Core-seconds: 4 x 7300 and 4 x 3599. Of the hour: 7300 s are 100 s into the third, 3599 s are 3599 s of the first.
    ['least-work', 'young', 4 * 3599],
    ['billing-remainder', 'old', 100],
  ])('%s: %s leaves', async (objective, victim, cost) => {
    const answer = (await place({ hosts: { hosts: [full] }, words: `--objective ${objective} --json` })).answer()
    expect(answer).toMatchObject({ victims: [{ id: victim, host: 'c1' }], cost })
  })

  it('weighs by the multipliers that are given', async () => {
    const hosts = [
      { ...host, efficiency: 10, instances: [] },
      { ...host, name: 'c2', ramMiB: 20_000, efficiency: 5, instances: [] },
      { ...host, name: 'c3', instances: [] },
    ]
    const chosen = async (words: string) =>
      (await place({ hosts: { hosts }, words: `${words} --json` })).answer().placements.map(({ host }) => host)
    expect(await chosen('')).toEqual(['c2'])
    expect(await chosen('--weigher EfficiencyWeigher=2')).toEqual(['c1'])
    expect(await chosen('--weigher EfficiencyWeigher=2 --weigher RamWeigher=3')).toEqual(['c2'])
  })

  it.each([
    ['EficiencyWeigher=1', /names are RamWeigher, .*EfficiencyWeigher/],
    ['EfficiencyWeigher', /NAME=NUMBER is needed/],
    ['EfficiencyWeigher=-1', /from 0 to 1000000/],
    ['CpuWeigher=1e9', /from -1000000 to 1000000/],
    ['CpuWeigher=', /from -1000000 to 1000000/],
  ])('refuses the weigher %s', async (weigher, said) => {
    const shown = await place({ hosts: { hosts: [full] }, words: `--weigher ${weigher}` })
    expect(shown.code).toBe(2)
    expect(shown.err.replaceAll(/\s+/g, ' ')).toMatch(said)
  })

  it('leaves the weighers of a live cloud to its server', async () => {
    const shown = await place({ hosts: { hosts: [full] }, words: '--hosts live --weigher CpuWeigher=1' })
    expect(shown.code).toBe(2)
    expect(shown.err).toMatch(/placement\.weighers/)
  })

  it('fewest-victims is the default: one large one rather than two small ones', async () => {
    const small = { ...spot, vcpus: 2, ramMiB: 1024 }
    const hosts = [
      { ...host, instances: [1, 2, 3, 4].map((n) => ({ ...small, id: `s${n}` })) },
      {
        ...host,
        name: 'c2',
        instances: [
          { ...spot, id: 'large' },
          { ...spot, id: 'firm', preemptible: false },
        ],
      },
    ]
    const answer = (await place({ hosts: { hosts }, words: '--json' })).answer()
    expect(answer).toMatchObject({ victims: [{ id: 'large', host: 'c2' }], cost: 1 })
  })

  it('nobody leaves when the whole request cannot be placed, and the exit code says no', async () => {
    const shown = await place({ hosts: { hosts: [full] }, request: { ...request, count: 3 }, words: '--json' })
    expect(shown.code).toBe(1)
    expect(shown.answer()).toMatchObject({
      feasible: false,
      placements: [],
      victims: [],
      cost: 0,
      refusal: { fits: 2 },
    })
  })

  it('a preemptible request makes nobody leave', async () => {
    const shown = await place({ hosts: { hosts: [full] }, request: { ...request, preemptible: true }, words: '--json' })
    expect(shown.code).toBe(1)
    expect(shown.answer().victims).toEqual([])
  })

  it('tells people the reasons, and what would unblock it', async () => {
    const down = { ...host, name: 'c9', state: 'down', instances: [] }
    const { out, code } = await place({ hosts: { hosts: [full, down] }, request: { ...request, count: 3 } })
    expect(code).toBe(1)
    expect(out).toContain('Only 2 of the 3 firm instances fit')
    expect(out).toContain('c9 would have room if it answered again.')
    expect(out).toMatch(/1 +host-down +The host does not answer\. +c9/)
  })
})

describe('what is wrong is named with file, line and place, and ends with 2', () => {
  const hostsFile = (change: object) => ({ hosts: [{ ...full, ...change }] })
  const cases: readonly [string, unknown, string][] = [
    ['an empty file', '', 'hosts.json:1: the file is empty'],
    [
      'a cut file',
      '{"hosts": [\n {"name": "c1",',
      'hosts.json:2: the file is cut off: it ends in the middle, at column 16',
    ],
    ['a cut string', '{"hosts": [{"name": "c', 'hosts.json:1: the file is cut off'],
    ['no JSON', '{"hosts": [\n{"name": NaN}]}', 'hosts.json:2: this is no JSON: "N" is not expected at column 10'],
    [
      'a key that is there twice',
      '{"hosts": [{"name": "c1", "vcpus": 8,\n "ramMiB": 1, "diskGiB": 1, "vcpus": 64, "instances": []}]}',
      'hosts.json:2: the key "vcpus" is there twice in one object, at column 29; first at line 1, column 27',
    ],
    [
      'a key that is there twice, written differently',
      '{"hosts": [], "h\\u006fsts": []}',
      'hosts.json:1: the key "hosts" is there twice in one object, at column 15; first at line 1, column 2',
    ],
    ['another form', [], 'hosts.json:1:'],
    ['a missing key', { hosts: [{ name: 'c1', vcpus: 1, ramMiB: 1, diskGiB: 1 }] }, 'the key "instances" is missing'],
    ['an unknown key', hostsFile({ cpuratio: 2 }), 'the key "cpuratio" is unknown. Did you mean "cpuRatio"?'],
    ['a wrong type', hostsFile({ vcpus: '8' }), 'hosts[0]: vcpus: "8" is not what is expected here'],
    ['a negative size', hostsFile({ ramMiB: -1 }), 'ramMiB: -1 is not what is expected here'],
    ['a state there is not', hostsFile({ state: 'UP' }), 'one of up, '],
    [
      'an infinite size',
      `{"hosts":[{"name":"a","vcpus":1e999,"ramMiB":1,"diskGiB":1,"instances":[]}]}`,
      'hosts[0]: vcpus:',
    ],
    [
      'a host that is there twice',
      { hosts: [full, { ...host, instances: [] }] },
      'the host "c1" is there twice: hosts[0]',
    ],
    [
      'an instance that is there twice',
      { hosts: [full, { ...host, name: 'c2', instances: [{ ...spot, id: 'old' }] }] },
      'the instance "old" is there twice: hosts[0].instances[0]',
    ],
  ]
  it.each(cases)('%s', async (_, hosts, text) => {
    const { code, err, out } = await place({ hosts })
    expect(err).toContain(text)
    expect(err).toContain('docs/placement.md')
    expect(code).toBe(2)
    expect(out).toBe('')
  })

  it('every fault at once, each with its line', async () => {
    const { err } = await place({
      hosts: '{"hosts": [{"name": "a",\n"vcpus": -1,\n"ramMiB": "x",\n"diskGiB": 1, "instances": []}]}',
    })
    expect(err).toContain('hosts.json:2: hosts[0]: vcpus: -1')
    expect(err).toContain('hosts.json:3: hosts[0]: ramMiB: "x"')
  })

  it('the request, too', async () => {
    expect((await place({ hosts: { hosts: [] }, request: { ...request, count: 0 } })).err).toContain(
      'request.json:6: count: 0',
    )
  })

  it('a hint that has no effect is a warning, not a fault', async () => {
    const { err, code } = await place({ hosts: { hosts: [full] }, request: { ...request, hints: { hots: ['c1'] } } })
    expect(err).toContain('the hint "hots" has no effect here. Did you mean "hosts"?')
    expect(code).toBe(0)
  })

  it('a file that is not there', async () => {
    const { err, code } = await place({ hosts: { hosts: [] }, words: '--hosts other.json' })
    expect(err).toContain('The file other.json cannot be read')
    expect(code).toBe(2)
  })

  it('an objective that there is not', async () => {
    expect((await place({ hosts: { hosts: [] }, words: '--objective cheapest' })).code).toBe(2)
  })
})
