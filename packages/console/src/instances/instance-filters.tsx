// The filters of the instances, all kept in the address.
import type { InstanceView } from '@gleaner/model'
import { Chip } from '../parts/chip.tsx'
import type { UrlState } from '../parts/use-url-state.ts'

const states: readonly InstanceView['state'][] = ['running', 'paused', 'suspended', 'stopped', 'shelved', 'error']
const idleSpans = [
  ['1h', '1 hour'],
  ['12h', '12 hours'],
  ['1d', '1 day'],
  ['7d', '1 week'],
] as const

export function InstanceFilters({ url }: { readonly url: UrlState }) {
  const chosen = url.get('state')?.split(',') ?? []
  const toggle = (state: string) => {
    const next = chosen.includes(state) ? chosen.filter((other) => other !== state) : [...chosen, state]
    url.set({ state: next.join(',') })
  }
  return (
    <>
      <span role="group" aria-label="State" className="g-chips">
        {states.map((state) => (
          <Chip key={state} text={state} on={chosen.includes(state)} onClick={() => toggle(state)} />
        ))}
      </span>
      <select
        className="g-input"
        aria-label="Idle for at least"
        value={url.get('idleFor') ?? ''}
        onChange={(event) => url.set({ idleFor: event.target.value })}
      >
        <option value="">idle or not</option>
        {idleSpans.map(([value, text]) => (
          <option key={value} value={value}>
            idle {text} or more
          </option>
        ))}
      </select>
      <Chip
        text="something is proposed"
        on={url.get('proposed') === 'true'}
        onClick={() => url.set({ proposed: url.get('proposed') === 'true' ? undefined : 'true' })}
      />
      {(['project', 'host', 'tag', 'cloud'] as const).map((name) => {
        const value = url.get(name)
        return (
          value !== undefined && (
            <Chip key={name} text={`${name} ${value}`} on removable onClick={() => url.set({ [name]: undefined })} />
          )
        )
      })}
    </>
  )
}
