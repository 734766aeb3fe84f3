// Names under which Gleaner finds again what it made or needs to make again.

/** Begins the tag of a server made here; the rest is made of the key it was made under. */
export const creationTag = 'gleaner-created-'

/** Entry of `native` that names the user whose key pair is meant. */
export const ownerKey = 'gleaner:owner'

/** Metadata of a server: the id of the network it needs, for when it has to be made anew. */
export const networkMetadata = 'gleaner_network'
