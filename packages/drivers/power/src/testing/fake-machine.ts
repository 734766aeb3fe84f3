// A machine whose power is a file that says on or off, so that programs of every kind can look at it and switch it; with a file
// `stuck` beside it, it follows no order.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class FakeMachine {
  readonly directory = mkdtempSync(join(tmpdir(), 'gleaner-power-'))

  constructor() {
    this.set('on')
  }

  get state(): string {
    return readFileSync(join(this.directory, 'power'), 'utf8')
  }

  set(to: string): void {
    writeFileSync(join(this.directory, 'power'), to)
  }

  /** What a switch would do. */
  order(to: string): void {
    if (!existsSync(join(this.directory, 'stuck'))) this.set(to)
  }

  stick(): void {
    writeFileSync(join(this.directory, 'stuck'), '')
  }

  script(name: string, body: string): string {
    const path = join(this.directory, name)
    writeFileSync(path, `#!/bin/sh\n${body}\n`)
    chmodSync(path, 0o755)
    return path
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}
