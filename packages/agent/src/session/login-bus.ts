// Asks systemd-logind over the system's bus whether a session is locked: one property, one question at a time (D-Bus specification, "Message
// Protocol" and "Authentication Protocol"). What its files below /run/systemd tell, all else that is known of sessions, does not tell this.
import { connect, type Socket } from 'node:net'

const headBytes = 16
const mostBytes = 1024 * 1024
const patienceMs = 2000
const types = { call: 1, answer: 2, error: 3 } as const

interface Waiting {
  readonly resolve: (body: BusBody) => void
  readonly reject: (error: Error) => void
}

interface BusBody {
  readonly bytes: Buffer
  readonly isLittle: boolean
}

export class LoginBus {
  readonly #socket: Socket
  #waiting: Waiting | undefined
  #rest: Buffer = Buffer.alloc(0)
  #isIn = false
  #serial = 0
  #end: Error | undefined

  private constructor(path: string) {
    this.#socket = connect(path)
    this.#socket.on('data', (chunk) => {
      try {
        this.#take(chunk)
      } catch (error) {
        this.#fail(error as Error)
      }
    })
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the bus has closed')))
  }

  /** `path`: of the bus's socket. */
  static async open(path: string): Promise<LoginBus> {
    const bus = new LoginBus(path)
    try {
      // Who asks is told by the kernel; here it is only named.
      const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
      await bus.#exchange(Buffer.from(`\0AUTH EXTERNAL ${user}\r\n`))
      bus.#isIn = true
      bus.#socket.write('BEGIN\r\n')
      await bus.#call('/org/freedesktop/DBus', ['org.freedesktop.DBus', 'org.freedesktop.DBus', 'Hello'], [])
      return bus
    } catch (error) {
      bus.close()
      throw error
    }
  }

  /** LockedHint of the session that loginctl names so. */
  async isLocked(session: string): Promise<boolean> {
    // Names of objects begin with no digit: "3" is "_33".
    const label = session.replace(/^\d/, (digit) => `_3${digit}`)
    const { bytes, isLittle } = await this.#call(
      `/org/freedesktop/login1/session/${label}`,
      ['org.freedesktop.login1', 'org.freedesktop.DBus.Properties', 'Get'],
      ['org.freedesktop.login1.Session', 'LockedHint'],
    )
    // A variant of type b: its signature, filled up to four bytes, and a whole word.
    if (bytes.length !== 8 || bytes.toString('latin1', 0, 3) !== '\u0001b\0')
      throw new Error('LockedHint is no yes or no')
    return wordAt(bytes, 4, isLittle) === 1
  }

  close(): void {
    this.#socket.destroy()
  }

  #call(path: string, [to, what, member]: readonly [string, string, string], values: readonly string[]) {
    const fields = Buffer.concat([
      field(1, 'o', path),
      field(2, 's', what),
      field(3, 's', member),
      field(6, 's', to),
      ...(values.length === 0 ? [] : [signatureField('s'.repeat(values.length))]),
    ])
    const body = Buffer.concat(values.map((value) => filled(text(value), 4)))
    // What is last is not filled up.
    const used = values.length === 0 ? 0 : body.length - padding(text(values.at(-1) ?? '').length, 4)
    this.#serial += 1
    const lastField = values.length === 0 ? text(to).length + 4 : signatureBytes(values.length)
    const fieldBytes = fields.length - padding(lastField, 8)
    const head = Buffer.from([0x6c, types.call, 0, 1])
    const message = Buffer.concat([head, words(used, this.#serial, fieldBytes), fields, body.subarray(0, used)])
    return this.#exchange(message)
  }

  #exchange(message: Buffer): Promise<BusBody> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    if (this.#waiting !== undefined) return Promise.reject(new Error('the bus is asked one thing at a time'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new Error(`the bus has not answered within ${patienceMs} ms`)),
        patienceMs,
      )
      const done = () => {
        clearTimeout(timer)
        this.#waiting = undefined
      }
      this.#waiting = {
        resolve: (body) => {
          done()
          resolve(body)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      }
      this.#socket.write(message)
    })
  }

  #fail(error: Error): void {
    this.#end ??= error
    this.#waiting?.reject(error)
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    if (this.#rest.length > mostBytes) throw new Error('the bus says more than it was asked')
    if (!this.#isIn) {
      const line = this.#rest.toString('latin1')
      if (!line.endsWith('\r\n')) return
      this.#rest = Buffer.alloc(0)
      if (!line.startsWith('OK ')) throw new Error('the bus does not let this user in')
      return this.#waiting?.resolve({ bytes: Buffer.alloc(0), isLittle: true })
    }
    while (this.#rest.length >= headBytes) {
      const isLittle = this.#rest[0] === 0x6c
      const bodyBytes = wordAt(this.#rest, 4, isLittle)
      const fieldBytes = wordAt(this.#rest, 12, isLittle)
      const bodyAt = headBytes + fieldBytes + padding(fieldBytes, 8)
      if (bodyAt + bodyBytes > mostBytes) throw new Error('the bus says more than it was asked')
      if (this.#rest.length < bodyAt + bodyBytes) return
      const type = this.#rest[1]
      const bytes = this.#rest.subarray(bodyAt, bodyAt + bodyBytes)
      this.#rest = this.#rest.subarray(bodyAt + bodyBytes)
      // Signals are not asked for.
      if (type === types.answer) this.#waiting?.resolve({ bytes, isLittle })
      else if (type === types.error) this.#waiting?.reject(new Error(`logind refused: ${textAt(bytes, isLittle)}`))
    }
  }
}

function wordAt(bytes: Buffer, at: number, isLittle: boolean): number {
  return isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
}

function textAt(bytes: Buffer, isLittle: boolean): string {
  return bytes.length < 5 ? '' : bytes.toString('utf8', 4, Math.min(bytes.length, 4 + wordAt(bytes, 0, isLittle)))
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [nth, value] of values.entries()) bytes.writeUInt32LE(value, 4 * nth)
  return bytes
}

function padding(length: number, to: number): number {
  return (to - (length % to)) % to
}

function filled(bytes: Buffer, to: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length, to))])
}

/** Its length, and a zero at its end that the length does not count. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([words(bytes.length), bytes, Buffer.alloc(1)])
}

/** A field of the head: its number, its type as a signature, its value; each begins at a multiple of eight. */
function field(code: number, type: 'o' | 's', value: string): Buffer {
  return filled(Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), text(value)]), 8)
}

/** Field 8: the types of the values, a signature itself. */
function signatureField(types: string): Buffer {
  return filled(Buffer.concat([Buffer.from([8, 1, 0x67, 0, types.length]), Buffer.from(`${types}\0`)]), 8)
}

function signatureBytes(values: number): number {
  return 6 + values
}
