// One host of the fake server, its documents made of recorded ones.
import { filled, recordedElement } from './recorded.ts'

const recorded = recordedElement('hostpool', 'HOST', 0)
const template = /<TEMPLATE>/.exec(recorded)?.[0] ?? ''

export interface FakeHostOptions {
  readonly id: number
  readonly cores?: number
  readonly memoryMiB?: number
}

export class FakeHost {
  readonly options: Required<FakeHostOptions>
  /** As one.host.status leaves it: 2 monitored, 4 disabled, 8 offline. */
  state = 2
  /** What the scheduler may sell, per unit that is there. */
  sold = 1
  readonly attributes = new Map<string, string>()
  /** Elements that probes put into its template. */
  extra = ''

  constructor(options: FakeHostOptions) {
    this.options = { cores: 8, memoryMiB: 16_384, ...options }
  }

  document(): string {
    const { id, cores, memoryMiB } = this.options
    const own = [...this.attributes].map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`).join('')
    return filled(recorded, [
      [
        '<ID>0</ID><NAME>node00</NAME><STATE>2</STATE>',
        `<ID>${id}</ID><NAME>node0${id}</NAME><STATE>${this.state}</STATE>`,
      ],
      [
        '<TOTAL_MEM>16777216</TOTAL_MEM><TOTAL_CPU>800</TOTAL_CPU><MAX_MEM>16777216</MAX_MEM><MAX_CPU>800</MAX_CPU>',
        `<TOTAL_MEM>${memoryMiB * 1024}</TOTAL_MEM><TOTAL_CPU>${cores * 100}</TOTAL_CPU>` +
          `<MAX_MEM>${memoryMiB * 1024 * this.sold}</MAX_MEM><MAX_CPU>${cores * 100 * this.sold}</MAX_CPU>`,
      ],
      [template, `${template}${own}${this.extra}`],
    ])
  }

  /** An offline host has a record of its own: the time, and nothing in it. */
  record(nowS: number): string {
    const { id, cores, memoryMiB } = this.options
    if (this.state === 8) return `<MONITORING><TIMESTAMP>${nowS}</TIMESTAMP><ID>${id}</ID></MONITORING>`
    return (
      `<MONITORING><TIMESTAMP>${nowS}</TIMESTAMP><ID>${id}</ID><CAPACITY><FREE_CPU><![CDATA[${cores * 75}]]></FREE_CPU>` +
      `<FREE_MEMORY><![CDATA[${memoryMiB * 512}]]></FREE_MEMORY><USED_CPU><![CDATA[${cores * 25}]]></USED_CPU>` +
      `<USED_MEMORY><![CDATA[${memoryMiB * 512}]]></USED_MEMORY></CAPACITY><SYSTEM><NETRX><![CDATA[1]]></NETRX></SYSTEM></MONITORING>`
    )
  }
}
