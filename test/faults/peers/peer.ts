/**
 * What Tickover is compared with: others that keep a duty from running twice, each asked for the same over the same
 * wire.
 */

/** A run of the duty that was let in and goes on until it is told to end. */
export interface Running {
  /** Ends the run with a result. Resolves with how that was taken: `written`, or the words of the refusal. */
  end(result: string): Promise<string>;
}

/** One process that wants to run the duty. */
export interface Process {
  /** Asks to run it now, for at most `atMostMs`. A refusal, and an error of the peer's own, are told by their words. */
  begin(atMostMs: number): Promise<Running | string>;
  close(): Promise<void>;
}

/** A way to keep a duty from running twice. */
export interface Peer {
  /** With its version. */
  readonly name: string;
  /** The operation of DynamoDB by which it takes the duty. */
  readonly takesBy: 'PutItem' | 'UpdateItem';
  /** Makes its table. */
  prepare(endpoint: string): Promise<void>;
  /** A process at an endpoint. `stalls`: its own clock stands still, as if it were frozen. */
  start(endpoint: string, how?: { readonly stalls: boolean }): Promise<Process>;
  /** The result that is stored for the duty. */
  stored(endpoint: string): Promise<string>;
}

/** Whether the process was let in. */
export function letIn(answer: Running | string): answer is Running {
  return typeof answer !== 'string';
}

/** A call of a peer that runs the duty's function itself, as soon as it lets it in. */
export interface Call<Answer> {
  /** Calls the peer with the duty's function. */
  make(work: () => Promise<string>): Promise<Answer>;
  /** The words of an answer that came without a run. */
  refusal(answer: Answer): string;
}

/**
 * Makes the call: gives the run under way once the function has begun, or the words of what the call ended with before
 * that.
 */
export function startedOrRefused<Answer>({ make, refusal }: Call<Answer>): Promise<Running | string> {
  return new Promise((resolve) => {
    let finish = (_result: string) => {};
    const work = () => {
      const result = new Promise<string>((done) => {
        finish = done;
      });
      resolve({
        async end(written) {
          finish(written);
          return call.then(() => 'written', nameOf);
        },
      });
      return result;
    };
    const call = make(work);
    call.then(
      (answer) => resolve(refusal(answer)),
      (error) => resolve(nameOf(error)),
    );
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
