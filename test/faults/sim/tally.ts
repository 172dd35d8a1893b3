/** What a simulation counts: faults injected, promises checked, and whatever else is worth a figure. */

type Counts = Record<string, number>;

/** Plain counts, as one process hands them to another. */
export interface Tallied {
  readonly faults: Readonly<Counts>;
  readonly checks: Readonly<Counts>;
  readonly figures: Readonly<Counts>;
}

export class Tally {
  readonly #faults: Counts = {};
  readonly #checks: Counts = {};
  readonly #figures: Counts = {};

  /** A fault was injected. */
  fault(name: string): void {
    this.#faults[name] = (this.#faults[name] ?? 0) + 1;
  }

  /** A promise was checked. */
  check(promise: string): void {
    this.#checks[promise] = (this.#checks[promise] ?? 0) + 1;
  }

  /** Something happened. */
  count(figure: string, times = 1): void {
    this.#figures[figure] = (this.#figures[figure] ?? 0) + times;
  }

  get counts(): Tallied {
    return { faults: { ...this.#faults }, checks: { ...this.#checks }, figures: { ...this.#figures } };
  }

  /** Takes in what another tally counted. */
  add({ faults, checks, figures }: Tallied): void {
    for (const [into, from] of [
      [this.#faults, faults],
      [this.#checks, checks],
      [this.#figures, figures],
    ] as const) {
      for (const [name, times] of Object.entries(from)) into[name] = (into[name] ?? 0) + times;
    }
  }
}
