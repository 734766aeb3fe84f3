// What waits for a person: approvals, problems, clouds that are not fresh, rules that cannot be decided, loops that are late.
import type { StatusView } from '@gleaner/model'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useStatus } from '../api/use-status.ts'
import { Answer } from '../parts/answer.tsx'
import { Mark, type MarkShape, type MarkTone } from '../parts/mark.tsx'
import { Panel } from '../parts/panel.tsx'
import { counted } from '../words/quantity.ts'

interface Need {
  readonly key: string
  readonly shape: MarkShape
  readonly tone: MarkTone
  readonly text: ReactNode
}

function needsOf({ proposals, problems, clouds, rules, loops, store }: StatusView): Need[] {
  const needs: Need[] = []
  const add = (key: string, look: readonly [MarkShape, MarkTone], text: ReactNode) =>
    needs.push({ key, shape: look[0], tone: look[1], text })
  if (!store.reachable) add('store', ['cross', 'danger'], `PostgreSQL does not answer: ${store.detail}`)
  if (problems.open > 0) {
    add(
      'problems',
      problems.errors > 0 ? ['cross', 'danger'] : ['triangle', 'warning'],
      <>
        <Link href="/problems">{counted(problems.open, 'problem')}</Link>
        {problems.errors > 0 && `, ${problems.errors} of them ${problems.errors === 1 ? 'an error' : 'errors'}`}
      </>,
    )
  }
  for (const cloud of clouds) {
    if (cloud.state !== 'fresh') {
      add(
        `cloud ${cloud.id}`,
        ['triangle', 'warning'],
        `${cloud.id} is ${cloud.state}${cloud.gaps[0] === undefined ? '' : `: ${cloud.gaps[0].scope}, ${cloud.gaps[0].reason}`}; nothing acts on it until it is fresh.`,
      )
    }
  }
  if (proposals.awaitingApproval > 0) {
    add(
      'approvals',
      ['diamond', 'wheat'],
      <>
        <Link href="/plan?show=awaiting-approval">{counted(proposals.awaitingApproval, 'proposal')}</Link> to approve
      </>,
    )
  }
  if (rules.undetermined > 0) {
    add(
      'rules',
      ['question', 'warning'],
      <>
        <Link href="/rules">{counted(rules.undetermined, 'rule')}</Link> cannot be decided for lack of data
      </>,
    )
  }
  if (rules.total === 0) {
    add(
      'no rules',
      ['ring', 'accent'],
      <>
        There is no rule yet. <Link href="/rules">Begin with a ready-made one</Link>
      </>,
    )
  }
  for (const loop of loops) {
    if (loop.late) add(`loop ${loop.name}`, ['triangle', 'warning'], `The loop ${loop.name} is late: ${loop.detail}`)
  }
  return needs
}

export function NeedsYou() {
  const status = useStatus()
  return (
    <Panel title="What needs you">
      <Answer read={status} height="120px" what="the status">
        {(data) => {
          const needs = needsOf(data)
          if (needs.length === 0) {
            return (
              <p>
                <Mark shape="dot" tone="good" />
                Nothing. All clouds are fresh, no problem is open, nothing waits for approval.
              </p>
            )
          }
          return (
            <ul className="g-list">
              {needs.map(({ key, shape, tone, text }) => (
                <li key={key} className="g-need">
                  <Mark shape={shape} tone={tone} />
                  <span>{text}</span>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}
