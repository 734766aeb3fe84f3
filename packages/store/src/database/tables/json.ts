import type { ColumnType } from 'kysely'

/** Read as a parsed value and written as text made by toJson: the driver would turn an array into a PostgreSQL array. */
export type Json = ColumnType<unknown, string, string>
