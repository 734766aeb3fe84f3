// One VM of the fake server: its states in time, as a real one was seen to pass through them, and its documents, which are
// the recorded ones with other values.
import { filled, recordedElement } from './recorded.ts'

export interface FakeVmOptions {
  readonly id: number
  readonly name?: string
  readonly uid?: number
  readonly hostId?: number | undefined
  readonly state?: readonly [state: number, lcmState: number]
  readonly vcpus?: number
  readonly memoryMiB?: number
  readonly startedAtS: number
}

type Pair = readonly [state: number, lcmState: number]

interface Move {
  readonly atS: number
  readonly to: Pair
}

const extended = recordedElement('vmpool-extended', 'VM', 9)
const info = recordedElement('vm-9-after-failed-suspend', 'VM', 9)
const short = recordedElement('vmpool-notdone', 'VM', 9)
const history = /<HISTORY>.*?<\/HISTORY>/.exec(extended)?.[0] ?? ''
const running: Pair = [3, 3]
// biome-ignore format: a table
const names: Readonly<Record<string, string>> = {
  '3/3': 'RUNNING', '3/6': 'SAVE_SUSPEND', '3/18': 'SHUTDOWN_POWEROFF', '3/21': 'BOOT_SUSPENDED', '3/16': 'UNKNOWN',
  '3/36': 'BOOT_FAILURE', '3/17': 'HOTPLUG', '5/0': 'SUSPENDED', '8/0': 'POWEROFF', '4/0': 'STOPPED', '9/0': 'UNDEPLOYED',
  '2/0': 'HOLD', '1/0': 'PENDING', '6/0': 'DONE',
}

// biome-ignore format: a table
/** From where each action is possible, and over which states it leads, each for two seconds. */
const ways: readonly (readonly [action: string, from: string, over: readonly Pair[], to: Pair])[] = [
  ['suspend', '3/3', [[3, 6]], [5, 0]],
  ['poweroff', '3/3 3/16', [[3, 18]], [8, 0]],
  ['undeploy', '3/3 3/16', [[3, 29], [3, 30]], [9, 0]],
  ['undeploy', '8/0', [[3, 30]], [9, 0]],
  ['stop', '3/3', [[3, 5], [3, 10]], [4, 0]],
  ['stop', '5/0', [[3, 10]], [4, 0]],
  ['resume', '5/0', [[3, 21]], running],
  ['resume', '8/0', [[3, 20]], running],
  ['resume', '4/0', [[1, 0], [3, 9], [3, 22]], running],
  ['resume', '9/0', [[1, 0], [3, 31], [3, 32]], running],
  ['release', '2/0', [[1, 0], [3, 1], [3, 2]], running],
  ['terminate', '3/3', [[3, 12], [3, 11]], [6, 0]],
  ['terminate', '5/0 8/0 4/0 9/0 2/0 1/0 3/36', [[3, 11]], [6, 0]],
  ['terminate-hard', '3/3 3/16 5/0 8/0 4/0 9/0 2/0 1/0 3/36', [[3, 11]], [6, 0]],
]
const stepS = 2

export class FakeVm {
  readonly options: Required<FakeVmOptions>
  /** Attributes of the user template, in their order. */
  readonly user = new Map<string, string>()
  /** What the probes say besides what OpenNebula's own do. */
  readonly monitoring = new Map<string, string>()
  lockedBy: number | undefined
  name: string
  cpu = 12
  /** Actions that are accepted and come to nothing. */
  readonly failing = new Set<string>()
  #pair: Pair
  #moves: Move[] = []
  #seq = 0
  #hostId: number | undefined
  #runningSinceS = 0
  #runningUntilS = 0
  #monitoredAtS = 0

  constructor(options: FakeVmOptions) {
    this.options = {
      name: `vm-${options.id}`,
      uid: 0,
      hostId: 0,
      state: running,
      vcpus: 1,
      memoryMiB: 1024,
      ...options,
    }
    this.name = this.options.name
    this.#pair = this.options.state
    this.#hostId = this.options.hostId
    if (this.isRunning) this.#runningSinceS = options.startedAtS
    else this.#runningUntilS = options.startedAtS
  }

  get pair(): Pair {
    return this.#pair
  }

  get isRunning(): boolean {
    return this.#pair[0] === 3 && this.#pair[1] === 3
  }

  get isDone(): boolean {
    return this.#pair[0] === 6
  }

  get stateName(): string {
    return names[this.#pair.join('/')] ?? 'ANOTHER'
  }

  get hostId(): number | undefined {
    return this.#hostId
  }

  set(pair: Pair): void {
    this.#pair = pair
    this.#moves = []
  }

  /** Lets everything happen that is due. */
  advance(nowS: number): void {
    for (let next = this.#moves[0]; next !== undefined && next.atS <= nowS; next = this.#moves[0]) {
      this.#moves.shift()
      this.#enter(next.to, next.atS)
    }
    if (this.isRunning) this.#monitoredAtS = nowS
  }

  /** False when it is not possible now. */
  act(action: string, nowS: number): boolean {
    const from = this.#pair.join('/')
    const way = ways.find(([name, states]) => name === action && states.split(' ').includes(from))
    if (way === undefined || this.#moves.length > 0) return false
    const [, , over, to] = way
    const end = this.failing.has(action) ? this.#pair : to
    this.#enter(over[0] ?? end, nowS)
    this.#moves = [...over.slice(1), end].map((pair, nth) => ({ atS: nowS + (nth + 1) * stepS, to: pair }))
    return true
  }

  migrate(hostId: number, nowS: number): boolean {
    if (!this.isRunning) return false
    this.#hostId = hostId
    this.#seq++
    this.#enter([3, 4], nowS)
    this.#moves = [{ atS: nowS + stepS, to: running }]
    return true
  }

  #enter(pair: Pair, atS: number): void {
    const wasRunning = this.isRunning
    if (wasRunning) this.#monitoredAtS = atS
    this.#pair = pair
    if (this.isRunning) {
      this.#seq++
      this.#runningSinceS = atS
      this.#runningUntilS = 0
      this.#hostId ??= 0
    } else if (wasRunning) this.#runningUntilS = atS
  }

  extended(): string {
    return this.#document(extended, '<MONITORING></MONITORING>', '<MONITORING></MONITORING>')
  }

  info(): string {
    const recorded = /<MONITORING>.*?<\/MONITORING>/.exec(info)?.[0] ?? ''
    return this.#document(info, recorded, this.isRunning ? this.record() : recorded)
  }

  short(): string {
    const { id, uid, memoryMiB, vcpus } = this.options
    return filled(short, [
      [
        '<ID>9</ID><UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME>',
        `<ID>${id}</ID>${owner(uid)}`,
      ],
      ['<NAME>idle-vm-9</NAME>', `<NAME>${this.name}</NAME>`],
      ['<STATE>3</STATE><LCM_STATE>3</LCM_STATE>', stateOf(this.#pair)],
      ['<MEMORY>128</MEMORY><VCPU>1</VCPU>', `<MEMORY>${memoryMiB}</MEMORY><VCPU>${vcpus}</VCPU>`],
      ['<USER_TEMPLATE></USER_TEMPLATE>', `<USER_TEMPLATE>${this.#error()}</USER_TEMPLATE>`],
    ])
  }

  /** Its last monitoring record; it stays when the VM no longer runs. */
  record(): string {
    const { id, memoryMiB } = this.options
    const own = [...this.monitoring].map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`).join('')
    const counters = ['DISKRDBYTES', 'DISKRDIOPS', 'DISKWRBYTES', 'DISKWRIOPS']
      .map((name, nth) => `<${name}><![CDATA[${this.#sinceStartS() * (nth + 1) * 10}]]></${name}>`)
      .join('')
    return (
      `<MONITORING><CPU><![CDATA[${this.cpu}]]></CPU>${counters}${own}<ID><![CDATA[${id}]]></ID>` +
      `<MEMORY><![CDATA[${Math.round(memoryMiB * 512)}]]></MEMORY><NETRX><![CDATA[${this.#sinceStartS() * 1000}]]></NETRX>` +
      `<NETTX><![CDATA[${this.#sinceStartS() * 500}]]></NETTX><TIMESTAMP><![CDATA[${this.#monitoredAtS}]]></TIMESTAMP></MONITORING>`
    )
  }

  #sinceStartS(): number {
    return Math.max(0, this.#monitoredAtS - this.#runningSinceS)
  }

  #document(recorded: string, before: string, monitoring: string): string {
    const { id, uid, vcpus, memoryMiB, startedAtS } = this.options
    const [state, lcm] = this.#pair
    const lock =
      this.lockedBy === undefined
        ? ''
        : `<LOCK><LOCKED>1</LOCKED><OWNER>${this.lockedBy}</OWNER><TIME>${startedAtS}</TIME><REQ_ID>1</REQ_ID></LOCK>`
    const user = [...this.user].map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`).join('')
    return filled(recorded, [
      [
        '<ID>9</ID><UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME>',
        `<ID>${id}</ID>${owner(uid)}`,
      ],
      ['<NAME>idle-vm-9</NAME>', `<NAME>${this.name}</NAME>`],
      ['</PERMISSIONS>', `</PERMISSIONS>${lock}`],
      [
        '<STATE>3</STATE><LCM_STATE>3</LCM_STATE><PREV_STATE>3</PREV_STATE><PREV_LCM_STATE>3</PREV_LCM_STATE>',
        `${stateOf(this.#pair)}<PREV_STATE>${state}</PREV_STATE><PREV_LCM_STATE>${lcm}</PREV_LCM_STATE>`,
      ],
      ['<STIME>1795207088</STIME>', `<STIME>${startedAtS}</STIME>`],
      [before, monitoring],
      ['<MEMORY><![CDATA[128]]></MEMORY>', `<MEMORY><![CDATA[${memoryMiB}]]></MEMORY>`],
      ['<VCPU><![CDATA[1]]></VCPU>', `<VCPU><![CDATA[${vcpus}]]></VCPU>`],
      [
        '<USER_TEMPLATE><IDLE_POLICY><![CDATA[default]]></IDLE_POLICY></USER_TEMPLATE>',
        `<USER_TEMPLATE>${user}</USER_TEMPLATE>`,
      ],
      [history, this.#hostId === undefined ? '' : this.#history(this.#hostId)],
    ])
  }

  #history(hostId: number): string {
    return filled(history, [
      [
        '<OID>9</OID><SEQ>0</SEQ><HOSTNAME>node01</HOSTNAME><HID>1</HID>',
        `<OID>${this.options.id}</OID><SEQ>${this.#seq}</SEQ><HOSTNAME>node0${hostId}</HOSTNAME><HID>${hostId}</HID>`,
      ],
      [
        '<RSTIME>1795207092</RSTIME><RETIME>0</RETIME>',
        `<RSTIME>${this.#runningSinceS}</RSTIME><RETIME>${this.#runningUntilS}</RETIME>`,
      ],
    ])
  }

  #error(): string {
    const error = this.user.get('ERROR')
    return error === undefined ? '' : `<ERROR><![CDATA[${error}]]></ERROR>`
  }
}

function stateOf([state, lcm]: Pair): string {
  return `<STATE>${state}</STATE><LCM_STATE>${lcm}</LCM_STATE>`
}

function owner(uid: number): string {
  return uid === 0
    ? '<UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME>'
    : `<UID>${uid}</UID><GID>1</GID><UNAME>alice</UNAME><GNAME>users</GNAME>`
}
