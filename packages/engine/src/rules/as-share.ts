// `percentile(m, p, w) < x` asks whether p per cent of the samples are below x, and that is the cheaper question: with n
// samples the percentile is the one of rank ceil(p n / 100), and it is below x when and only when as many samples are.
import type { CompareNode, ConstantNode, WindowNode } from './typed-node.ts'

export function asShare(node: CompareNode): CompareNode {
  const { left, right, operator } = node
  if (left.op !== 'window' || left.fn !== 'percentile' || left.argument?.op !== 'constant') return node
  const percent = Number(left.argument.value)
  if (percent === 0 || (operator !== '<' && operator !== '>=')) return node
  const share: WindowNode = { ...left, fn: 'shareBelow', argument: right }
  const needed: ConstantNode = { ...left.argument, value: percent / 100 }
  return { ...node, operator: operator === '<' ? '>=' : '<', left: share, right: needed }
}
