/** Errors as `using` throws them, also where Node has no class for them. */

/**
 * What a scope throws whose disposal failed after its body had: `error` is the later one. TypeScript's own
 * `__disposeResources` makes it in this way where the class is missing.
 */
export function suppressed(error: unknown, earlier: unknown): Error {
  const message = 'An error was suppressed during disposal.';
  const native = (globalThis as { SuppressedError?: new (error: unknown, suppressed: unknown, text: string) => Error })
    .SuppressedError;
  if (native !== undefined) return new native(error, earlier, message);
  return Object.assign(new Error(message), { name: 'SuppressedError', error, suppressed: earlier });
}
