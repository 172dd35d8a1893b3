/** What a test has planned for the next runs of its service. */

/** What happens to a run in place of its usual way. */
export type PlannedRun = { readonly kind: 'fail'; readonly error: unknown } | { readonly kind: 'crash' };

/** The plans for the next runs, in the order in which they were added. */
export interface PlannedRuns {
  add(plan: PlannedRun, times: number): void;
  /** Removes the plan for the run that starts now and returns it; `undefined` if the run goes its usual way. */
  readonly next: () => PlannedRun | undefined;
}

/** Makes an empty list of plans. */
export function plannedRuns(): PlannedRuns {
  const plans: { readonly plan: PlannedRun; left: number }[] = [];
  return {
    add: (plan, times) => void plans.push({ plan, left: times }),
    next() {
      const [first] = plans;
      if (first === undefined) return undefined;
      first.left -= 1;
      if (first.left === 0) plans.shift();
      return first.plan;
    },
  };
}
