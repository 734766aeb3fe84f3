// The keys, and the five words one needs.
import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core'
import { usePlaces } from './use-places.ts'

const words = [
  ['physical', 'what the hosts have'],
  ['reserved', 'what a host keeps for itself'],
  ['firm peak', 'the most that firm instances are expected to use at one moment'],
  ['lent', 'used by preemptible instances, which yield at once'],
  ['headroom', 'kept free on every host against surprise'],
  ['idle', 'what is left: what can be gleaned'],
  ['sellable', 'what the scheduler of the cloud can place anew, which is not the same as physically free'],
] as const

export function HelpDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const places = usePlaces()
  return (
    <Modal isOpen={isOpen} onClose={onClose} variant="medium" aria-labelledby="help-title">
      <ModalHeader title="Keys and words" labelId="help-title" />
      <ModalBody>
        <div className="g-columns">
          <dl className="g-keys">
            <div>
              <dt>
                <kbd>/</kbd>
              </dt>
              <dd>search</dd>
            </div>
            {places.map(({ key, name }) => (
              <div key={key}>
                <dt>
                  <kbd>g</kbd> <kbd>{key}</kbd>
                </dt>
                <dd>{name}</dd>
              </div>
            ))}
            <div>
              <dt>
                <kbd>?</kbd>
              </dt>
              <dd>this help</dd>
            </div>
          </dl>
          <dl className="g-words">
            {words.map(([word, meaning]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </div>
      </ModalBody>
    </Modal>
  )
}
