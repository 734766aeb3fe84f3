// Who is not let in, and why.
import { entry } from './entry.ts'

export const accessErrors = {
  unauthenticated: entry(
    { kind: 'refused', status: 401 },
    'A token is needed.',
    'Send "Authorization: Bearer …"; gleaner tokens create makes one.',
  ),
  'certificate-refused': entry(
    { kind: 'refused', status: 403 },
    'The client certificate does not count: {detail}.',
    'Choose another certificate, or ask an administrator; docs/guides/people.md says what is checked.',
  ),
  'person-inactive': entry(
    { kind: 'refused', status: 403 },
    '{subject} is known here, and not active.',
    'Ask an administrator to activate you: console, Users, or gleaner users activate.',
  ),
  'too-many-waiting': entry(
    { kind: 'refused', status: 429 },
    '{count} people wait to be activated; nobody more is recorded.',
    'Ask an administrator to activate or remove those who wait: console, Users, or gleaner users list.',
  ),
  'link-not-good': entry(
    { kind: 'refused', status: 403 },
    'The link is not good ({detail}).',
    'Links count once and for a time; use the newest one.',
  ),
  'join-refused': entry(
    { kind: 'refused', status: 403 },
    'The join token is not known, was used already, or its time is over.',
    'Make a new one on the server: gleaner desktops join-token --host NAME; each counts once.',
  ),
  'desktop-refused': entry(
    { kind: 'refused', status: 403 },
    'This desktop may not speak here ({detail}).',
    'Join it anew: gleaner desktops join-token --host NAME on the server, then gleaner agent join on the desktop.',
  ),
  'beat-replayed': entry(
    { kind: 'conflict', status: 409 },
    'A beat of this desktop with the sequence {sequence} or a later one was taken already.',
    'The agent goes on with its next beat by itself; if this comes again and again, two agents use one key: join one of them anew.',
  ),
  forbidden: entry(
    { kind: 'refused', status: 403 },
    'The role {role} may not do this; {needed} is needed.',
    'Ask an administrator for a token with that role.',
  ),
  'too-many-attempts': entry(
    { kind: 'refused', status: 429 },
    'Too many wrong tokens came from {peer}.',
    'Wait a minute, then send a token that is valid.',
  ),
  'origin-refused': entry(
    { kind: 'refused', status: 403 },
    'The request comes from another site ({detail}).',
    'Open the console under the address Gleaner listens on.',
  ),
}
