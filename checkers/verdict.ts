/** What is said of a run. `unknown` is never a pass. */
export type Verdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'violation'; readonly property: string; readonly detail: string }
  /** A checker reached its budget: `detail` says which one, on what, and what to change. */
  | { readonly kind: 'unknown'; readonly detail: string };
