// A runtime that has only the parts a test gives, each of them with only what the test says of it. What is given is checked
// against the real parts, so that a test cannot pretend what there is not.
import type { Runtime } from '../runtime.ts'

type Some<T> = T extends (...args: never) => unknown
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<K, Some<V>>
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? { readonly [K in keyof T]?: Some<T[K]> }
        : T

export function someRuntime(parts: Some<Runtime>): Runtime {
  return parts as Runtime
}
