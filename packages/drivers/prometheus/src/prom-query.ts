// What is asked of a Prometheus-compatible database: a selector whose raw samples are read, or an expression that the
// database works out once per step.
export type PromQuery = { readonly selector: string } | { readonly expression: string }
