// A strip as an SNMP agent on a real UDP socket, in this process: the outlets of an Eaton ePDU in its table, for versions 1, 2c
// and 3. The library's agent speaks; its socket can be told to be silent, or to answer with noise.
import dgram, { type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import snmp from 'net-snmp'

export const community = 'c0mmunity-secret'
export const user = { name: 'meter', auth: 'auth-secret-9', privacy: 'priv-secret-9' } as const

const table = { name: 'outletPower', watts: 3, wattHours: 4 } as const

interface Agent {
  getAuthorizer(): { addCommunity(name: string): void; addUser(user: snmp.User): void }
  registerProvider(provider: unknown): void
  getMib(): {
    setScalarValue(name: string, value: number | string | Buffer): void
    addTableRow(table: string, row: readonly number[]): void
    setTableSingleCell(table: string, column: number, row: readonly number[], value: number): void
  }
  close(): void
}

export class FakeStrip {
  readonly #agent: Agent
  readonly #socket: Socket
  #behaviour: 'silent' | 'noise' | undefined
  #more = 0
  /** Datagrams that came in. */
  questions = 0

  private constructor(agent: Agent, socket: Socket) {
    this.#agent = agent
    this.#socket = socket
  }

  static async start(outlets: readonly number[]): Promise<FakeStrip> {
    let strip: FakeStrip | undefined
    let socket: Socket | undefined
    const dgramModule = {
      createSocket: () => {
        const made = dgram.createSocket('udp4')
        const bind = made.bind.bind(made)
        const on = made.on.bind(made)
        socket = made
        // Any free port of this machine, and each datagram past the behaviour first.
        return Object.assign(made, {
          bind: () => bind(0, '127.0.0.1'),
          on: (event: string, listener: (...given: unknown[]) => void) =>
            on(event, (...given: unknown[]) => {
              if (event !== 'message' || strip?.passes(given) !== false) listener(...given)
            }),
        })
      },
    }
    const agent = snmp.createAgent({ port: 1, disableAuthorization: false, dgramModule }, () => {}) as Agent
    agent.getAuthorizer().addCommunity(community)
    agent.getAuthorizer().addUser({
      name: user.name,
      level: snmp.SecurityLevel.authPriv,
      authProtocol: snmp.AuthProtocols.sha256,
      authKey: user.auth,
      privProtocol: snmp.PrivProtocols.aes,
      privKey: user.privacy,
    })
    const column = (number: number, name: string) => ({
      number,
      name,
      type: snmp.ObjectType.Integer,
      maxAccess: snmp.MaxAccess['read-only'],
    })
    agent.registerProvider({
      name: table.name,
      type: snmp.MibProviderType.Table,
      oid: '1.3.6.1.4.1.534.6.6.7.6.5.1',
      maxAccess: snmp.MaxAccess['not-accessible'],
      tableColumns: [column(1, 'strapping'), column(2, 'outlet'), column(3, 'watts'), column(4, 'wattHours')],
      tableIndex: [{ columnName: 'strapping' }, { columnName: 'outlet' }],
    })
    for (const outlet of outlets) agent.getMib().addTableRow(table.name, [0, outlet, 0, 0])
    const bound = socket as unknown as Socket
    await new Promise<void>((resolve) => bound.once('listening', resolve))
    strip = new FakeStrip(agent, bound)
    return strip
  }

  get port(): number {
    return this.#socket.address().port
  }

  setWatts(outlet: string, watts: number): void {
    this.#agent.getMib().setTableSingleCell(table.name, table.watts, [0, Number(outlet)], watts)
  }

  setWattHours(outlet: string, wattHours: number): void {
    this.#agent.getMib().setTableSingleCell(table.name, table.wattHours, [0, Number(outlet)], wattHours)
  }

  /** Has one more value, which is asked for behind the OID that comes back. */
  tell(type: 'OctetString' | 'Counter64' | 'Gauge', value: number | string | Buffer): string {
    const name = `more${++this.#more}`
    const oid = `1.3.6.1.4.1.99999.${this.#more}`
    this.#agent.registerProvider({
      name,
      type: snmp.MibProviderType.Scalar,
      oid,
      scalarType: snmp.ObjectType[type],
      maxAccess: snmp.MaxAccess['read-only'],
    })
    this.#agent.getMib().setScalarValue(name, value)
    return `${oid}.0`
  }

  behave(behaviour: 'silent' | 'noise' | undefined): void {
    this.#behaviour = behaviour
  }

  /** False when the agent is not to see the datagram. */
  passes([, from]: readonly unknown[]): boolean {
    this.questions++
    if (this.#behaviour === undefined) return true
    if (this.#behaviour === 'noise') {
      const { port, address } = from as AddressInfo
      this.#socket.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), port, address)
    }
    return false
  }

  close(): void {
    this.#agent.close()
  }
}
