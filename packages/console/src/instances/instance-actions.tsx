// What a person can do to an instance: keep it for a time, bring it back, and, as an operator, command any action.
import { type ActionKind, type InstanceView, startStates } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { actionWord } from '../words/action-words.ts'
import { type Command, CommandDialog, commands } from './command-dialog.tsx'
import { KeepDialog } from './keep-dialog.tsx'

const touched = ['whyInstance', 'getInstance', 'listInstances', 'getPlan'] as const

export function InstanceActions({ instance }: { readonly instance: InstanceView }) {
  const member = useMay('member')
  const operator = useMay('operator')
  const act = useAct('actOnInstance', touched)
  const [keeping, setKeeping] = useState(false)
  const [command, setCommand] = useState<Command | undefined>(undefined)
  const can = (action: ActionKind) => startStates[action].some((state) => state === instance.state)
  const back = (['resume', 'start'] as const).find(can)
  const possible = commands.filter(can)
  return (
    <>
      {act.error !== null && <ErrorNote error={act.error} />}
      {back !== undefined && (
        <Button
          isDisabled={!member}
          isLoading={act.isPending}
          onClick={() => act.mutate({ params: { id: instance.id }, body: { action: back } })}
        >
          {actionWord[back].verb}
        </Button>
      )}
      <Button
        variant={back === undefined ? 'primary' : 'secondary'}
        isDisabled={!member}
        onClick={() => setKeeping(true)}
      >
        Keep it …
      </Button>
      {operator &&
        possible.map((action) => (
          <Button key={action} variant="secondary" onClick={() => setCommand(action)}>
            {actionWord[action].verb} …
          </Button>
        ))}
      {keeping && <KeepDialog instance={instance} onClose={() => setKeeping(false)} />}
      {command !== undefined && (
        <CommandDialog instance={instance} action={command} onClose={() => setCommand(undefined)} />
      )}
    </>
  )
}
