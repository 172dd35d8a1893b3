/** Finds the service that a file exports. The generated handler of the service, the stack and tests use it alike. */
import { InvalidOptionsError, optionFault } from '../rules/index.ts';
import { isService, type Service } from '../service/index.ts';
import { isRecord, readProperty, showValue } from '../text/index.ts';

/**
 * Returns the service that a module exports as its default. A CommonJS module may have it as `module.exports`, or as
 * `exports.default`, as compilers write it.
 * @param exported the module's namespace object
 * @param file the name of the module's file, for the error
 * @throws InvalidOptionsError if the default export is no service; it says what the module exports instead
 */
export function exportedService(exported: unknown, file: string): Service {
  const first = readProperty(exported, 'default');
  const found = [first, readProperty(first, 'default')].find(isService);
  if (found !== undefined) return found;
  const expected = 'the service that defineService returns';
  throw new InvalidOptionsError(file, optionFault(false, 'default export', expected, describe(exported, first)));
}

/** Describes the export that is no service. */
function describe(exported: unknown, given: unknown): string {
  if (isRecord(given)) {
    const keys = Object.keys(given);
    return keys.length === 0 ? 'an object without properties' : `an object with ${keys.join(', ')}`;
  }
  if (given !== undefined) return typeof given === 'function' ? 'a function' : showValue(given);
  const named = isRecord(exported) ? Object.keys(exported).filter((name) => name !== 'default') : [];
  const services = named.filter((name) => isService(readProperty(exported, name)));
  if (services.length > 0) return `none (write \`export default\` for ${services.join(' or ')})`;
  return named.length === 0 ? 'none' : `none, but ${named.join(', ')}`;
}
