// The calls about one instance, with their faults in the words of the port.
import { type CloudId, GleanerError, type HostId, type InstanceId, nativeOf } from '@gleaner/model'
import type { RpcArgument } from '@gleaner/wire-xmlrpc'
import { toCloudError } from './cloud-error.ts'
import { hostNumber, vmNumber } from './native-id.ts'
import { maxBytes, type OneClient } from './one-client.ts'
import { OneError, oneCodes } from './parse/one-answer.ts'
import type { HostRow } from './parse/host-document.ts'
import type { VmRow } from './parse/vm-document.ts'
import { vmState } from './states.ts'

export class VmCalls {
  readonly #cloudId: CloudId
  readonly #client: OneClient

  constructor(cloudId: CloudId, client: OneClient) {
    this.#cloudId = cloudId
    this.#client = client
  }

  /** Undefined when it is not there, or was ended. */
  async find(id: InstanceId, signal: AbortSignal): Promise<VmRow | undefined> {
    const number = vmNumber(id, this.#cloudId)
    if (number === undefined) return undefined
    try {
      const call = { method: 'one.vm.info', args: [number, false], signal }
      const row = await this.#client.read('vm', call, maxBytes.object)
      return row.state === vmState.done ? undefined : row
    } catch (error) {
      if (error instanceof OneError && error.code === oneCodes.noExists) return undefined
      throw toCloudError(error, { cloud: this.#cloudId, object: `instance ${number}`, signal })
    }
  }

  async get(id: InstanceId, signal: AbortSignal): Promise<VmRow> {
    const row = await this.find(id, signal)
    if (row === undefined) throw this.notFound(`instance ${nativeOf(id)}`)
    return row
  }

  async getHost(id: HostId, signal: AbortSignal): Promise<HostRow> {
    const number = hostNumber(id, this.#cloudId)
    if (number === undefined) throw this.notFound(`host ${nativeOf(id)}`)
    try {
      const call = { method: 'one.host.info', args: [number, false], signal }
      return await this.#client.read('host', call, maxBytes.object)
    } catch (error) {
      throw toCloudError(error, { cloud: this.#cloudId, object: `host ${number}`, signal })
    }
  }

  /** Changes something; resolves when OpenNebula accepted it. */
  async change(
    method: string,
    args: readonly RpcArgument[],
    about: { readonly object: string; readonly signal: AbortSignal },
  ): Promise<void> {
    about.signal.throwIfAborted()
    try {
      await this.#client.act({ method, args, signal: about.signal })
    } catch (error) {
      throw toCloudError(error, { cloud: this.#cloudId, ...about })
    }
  }

  conflict(object: string, detail: string): GleanerError {
    return new GleanerError('cloud-conflict', { cloud: this.#cloudId, object, detail })
  }

  notFound(object: string): GleanerError {
    return new GleanerError('cloud-not-found', { cloud: this.#cloudId, object })
  }
}
