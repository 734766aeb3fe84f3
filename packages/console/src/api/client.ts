// The client of the server that delivered this page; the session cookie goes along by itself.
import { createClient } from '@gleaner/client'

export const client = createClient({ baseUrl: '' })
