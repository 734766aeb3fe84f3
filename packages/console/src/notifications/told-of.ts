// What a channel is told of, as a sentence.
import type { ChannelView } from '@gleaner/model'

export function toldOf({ kinds, capabilities, projects, clouds }: ChannelView): string {
  const parts = [
    kinds === null ? 'everything' : kinds.join(', '),
    ...(projects === null ? [] : [`of the projects ${projects.join(', ')}`]),
    ...(capabilities === null ? [] : [`by ${capabilities.join(', ')}`]),
    ...(clouds === null ? [] : [`in the clouds ${clouds.join(', ')}`]),
  ]
  return `Is told of ${parts.join(' ')}.`
}
