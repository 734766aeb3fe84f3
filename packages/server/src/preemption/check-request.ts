// Whether a request for room makes sense at all: `request-invalid` with the field and its bounds, before anything is
// looked at or written.
import { GleanerError } from '@gleaner/model'
import type { RoomRequest } from './room.ts'

const mostInstances = 1000
const longestId = 200

export function checkRoomRequest(request: RoomRequest): void {
  const { requestId, count, vcpus, memoryMiB, diskGiB } = request
  if (requestId.length < 1 || requestId.length > longestId)
    throw invalid(`requestId has 1 to ${longestId} characters, not ${requestId.length}`)
  if (!Number.isInteger(count) || count < 1 || count > mostInstances)
    throw invalid(`count is a whole number from 1 to ${mostInstances}, not ${count}`)
  if (!(vcpus > 0 && Number.isFinite(vcpus))) throw invalid(`vcpus is a number above 0, not ${vcpus}`)
  if (!(memoryMiB > 0 && Number.isFinite(memoryMiB))) throw invalid(`memoryMiB is a number above 0, not ${memoryMiB}`)
  if (!(diskGiB >= 0 && Number.isFinite(diskGiB))) throw invalid(`diskGiB is a number from 0, not ${diskGiB}`)
}

function invalid(detail: string): GleanerError {
  return new GleanerError('request-invalid', { detail: `The request for room cannot be answered: ${detail}.` })
}
