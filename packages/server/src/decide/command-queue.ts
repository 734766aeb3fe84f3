// Commands of people wait here for the next cycle, which runs at once. A command becomes a proposal like any other and
// passes the same gate; the one who gave it waits for the answer: the journal entry, or the verdict that refuses it.
import { type Command, commandCandidate } from '@gleaner/engine'
import {
  type Candidate,
  GleanerError,
  type JournalEntry,
  type StepKind,
  type Target,
  type Verdict,
  targetKey,
} from '@gleaner/model'
import type { CommandWorld, Decision } from '@gleaner/engine'
import { refusedBy } from './refused-by.ts'

interface Step extends Target {
  readonly action: StepKind
}

interface Waiting {
  readonly command: Command
  readonly resolve: (entry: JournalEntry) => void
  readonly reject: (error: GleanerError) => void
  /** It passed the gate and is being carried out: what cycles say meanwhile is about its own action. */
  taken: boolean
  /** It was there when the cycle began to read: what that knows is newer than the command. */
  due: boolean
}

export class CommandQueue {
  readonly #waiting = new Map<string, Waiting>()

  get size(): number {
    return this.#waiting.size
  }

  /** Rejects with `conflict` and the reason when the command is refused. */
  give(command: Command): Promise<JournalEntry> {
    const { instance, action } = command
    const key = keyOf({ instanceId: instance.id, hostId: instance.hostId, action })
    if (this.#waiting.has(key)) {
      throw new GleanerError(
        'conflict',
        {
          detail: `${command.action} of ${command.instance.name} was asked for a moment ago.`,
        },
        { remedy: `Wait for what was asked for: gleaner why ${command.instance.name}.` },
      )
    }
    return new Promise((resolve, reject) =>
      this.#waiting.set(key, { command, resolve, reject, taken: false, due: false }),
    )
  }

  /** Before a cycle reads anything: a command given later is for the next one, which knows what went before it. */
  beginCycle(): void {
    for (const waiting of this.#waiting.values()) waiting.due = true
  }

  candidates(world: CommandWorld): readonly Candidate[] {
    const waiting = [...this.#waiting.values()].filter(({ taken, due }) => due && !taken)
    return waiting.map(({ command }) => commandCandidate(command, world))
  }

  /** After a cycle: tells those whose command is refused for good, or held up by something that will not pass by itself. */
  refuse(decision: Decision): void {
    for (const refused of decision.refused) this.#fail(refused, refused.verdict)
    for (const proposal of decision.plan.ended) this.#fail(proposal, proposal.verdict)
    for (const proposal of decision.plan.proposals) {
      if (proposal.claim === 'command' && proposal.state === 'held') this.#fail(proposal, proposal.verdict)
    }
  }

  /** The command is about to be carried out. */
  take(step: Step): void {
    const waiting = this.#waiting.get(keyOf(step))
    if (waiting !== undefined) waiting.taken = true
  }

  /** The command was begun. */
  begun(entry: JournalEntry): void {
    const key = keyOf(entry)
    this.#waiting.get(key)?.resolve(entry)
    this.#waiting.delete(key)
  }

  failed(step: Step, error: GleanerError): void {
    const key = keyOf(step)
    this.#waiting.get(key)?.reject(error)
    this.#waiting.delete(key)
  }

  #fail(step: Step, verdict: Verdict): void {
    const waiting = this.#waiting.get(keyOf(step))
    if (waiting?.taken === true || waiting?.due === false) return
    this.failed(step, refusedBy(verdict))
  }
}

function keyOf(step: Step): string {
  return `${targetKey(step)} ${step.action}`
}
