// The instance is not marked as not to be touched: neither in the cloud itself nor by one of the protecting tags.
import type { Check } from './check.ts'

export const notProtected: Check = ({ world, instance }) => {
  if (instance === undefined) return undefined
  if (instance.protectedBy !== undefined)
    return {
      code: 'protected',
      sentence: `${instance.name} is protected (${instance.protectedBy}).`,
      facts: { protectedBy: instance.protectedBy },
    }
  const tag = instance.tags.find((each) => world.policy.protectedTags.includes(each))
  if (tag === undefined) return undefined
  return { code: 'protected', sentence: `${instance.name} is protected by its tag "${tag}".`, facts: { tag } }
}
