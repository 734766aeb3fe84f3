// A machine's own files in a folder: what real ones showed, to be changed by a test. Input devices are pipes, which answer a read that
// does not block as devices do.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { MachineRoots } from '../monitors/monitor.ts'

/** Of a stock 6.1 kernel with two processors. */
export const recordedInterrupts = `           CPU0       CPU1
   0:         29          0   IO-APIC   2-edge      timer
   1:          9          4   IO-APIC   1-edge      i8042
   4:        612          0   IO-APIC   4-edge      ttyS0
   8:          1          0   IO-APIC   8-edge      rtc0
  12:          0        142   IO-APIC  12-edge      i8042
  24:       2031          0   PCI-MSI 65536-edge      xhci_hcd
 NMI:          0          0   Non-maskable interrupts
 LOC:      21034      19822   Local timer interrupts
 ERR:          0
 MIS:          0
`

// Words of device/capabilities below /sys/class/input, as a PS/2 keyboard and mouse have them.
const capabilities = {
  keyboard: { ev: '120013', key: '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe' },
  mouse: { ev: '7', key: '1f0000 0 0 0 0' },
  lid: { ev: '21', key: '0' },
}

export class RecordedMachine {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'gleaner-machine-'))
  readonly roots: MachineRoots
  readonly #pipes = new Map<string, number>()

  constructor() {
    const at = (name: string) => join(this.folder, name)
    this.roots = { proc: at('proc'), sys: at('sys'), dev: at('dev'), run: at('run') }
    for (const folder of ['proc', 'sys', 'dev/input', 'dev/pts', 'run/systemd/sessions'])
      mkdirSync(at(folder), { recursive: true })
    this.write('proc/interrupts', recordedInterrupts)
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  remove(name: string): void {
    rmSync(join(this.folder, name), { recursive: true })
  }

  plug(event: string, kind: keyof typeof capabilities): void {
    const { ev, key } = capabilities[kind]
    this.write(`sys/class/input/${event}/device/capabilities/ev`, `${ev}\n`)
    this.write(`sys/class/input/${event}/device/capabilities/key`, `${key}\n`)
    const path = join(this.folder, 'dev/input', event)
    execFileSync('mkfifo', [path])
    // Held open for both: without a writer a pipe is at its end.
    this.#pipes.set(event, openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
  }

  /** A key down and up with the marks between: four records of 24 bytes. */
  press(event: string, records = 4): void {
    writeSync(this.#pipes.get(event) ?? -1, Buffer.alloc(24 * records, 7))
  }

  unplug(event: string): void {
    const fd = this.#pipes.get(event)
    if (fd !== undefined) closeSync(fd)
    this.#pipes.delete(event)
    rmSync(join(this.folder, 'dev/input', event))
  }

  terminal(name: string, accessedS: number): void {
    utimesSync(this.write(`dev/${name}`, ''), accessedS, 1_700_000_000)
  }

  end(): void {
    for (const fd of this.#pipes.values()) closeSync(fd)
    this.#pipes.clear()
    rmSync(this.folder, { recursive: true })
  }
}
