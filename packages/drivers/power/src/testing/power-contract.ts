// What is the same on every wire by which a host is switched.
import { type GleanerError, isError } from '@gleaner/model'
import type { HostPower } from '@gleaner/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeMachine } from './fake-machine.ts'

export const never = new AbortController().signal
export const password = 's3cret-of-the-bmc'

export interface OpenedPower {
  readonly power: HostPower
  /** Ends what stands behind it. */
  readonly close?: () => Promise<void>
}

/** The fault that work ends with; it bears no secret. */
export async function faultOf(work: Promise<unknown>): Promise<GleanerError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isError(error)) throw new Error(`no fault of the registry: ${String(error)}`)
  expect(JSON.stringify([error.message, error.stack, error.facts])).not.toContain(password)
  return error
}

export function powerContract(name: string, open: (machine: FakeMachine) => Promise<OpenedPower>): void {
  describe(`${name} keeps the contract`, () => {
    let machine: FakeMachine
    let power: HostPower
    let close: (() => Promise<void>) | undefined

    beforeEach(async () => {
      machine = new FakeMachine()
      ;({ power, close } = await open(machine))
    })
    afterEach(async () => {
      await power.close()
      await close?.()
      machine.remove()
    })

    it('tells on and off, switches, accepts what already is, and tells where it is without a secret', async () => {
      expect(await power.state(never)).toBe('on')
      await power.wake(never)
      expect(await power.state(never)).toBe('on')
      await power.sleep(never)
      expect(await power.state(never)).toBe('off')
      await power.sleep(never)
      expect(await power.state(never)).toBe('off')
      await power.wake(never)
      expect(await power.state(never)).toBe('on')
      expect(power.address).not.toContain(password)
      expect((await power.check(never)).every(({ ok }) => ok)).toBe(true)
    })

    it('an order that was taken and does nothing is no success: the state tells', async () => {
      machine.stick()
      await power.sleep(never)
      expect(await power.state(never)).toBe('on')
    })

    it('ends when it is told to', async () => {
      const reason = new Error('enough')
      await expect(power.state(AbortSignal.abort(reason))).rejects.toBe(reason)
    })
  })
}
