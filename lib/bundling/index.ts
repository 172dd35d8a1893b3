export { type BundledCode, type Bundling, bundle, executedCode } from './bundle.ts';
export { BundleError, faultsIn } from './bundle-error.ts';
export { type BundlingChoices, bundleOptions, projectOf } from './bundle-options.ts';
export { isInPackage, PROJECT_CODE, projectFiles, type ReadFiles, sourcesOf } from './bundle-sources.ts';
export {
  type DefinitionFacts,
  entryFor,
  fileOf,
  type HandlerSource,
  loadExpression,
  partsOf,
  shownFile,
} from './entry.ts';
export { ALL_PARTS, type OptionalPart } from './optional-parts.ts';
export {
  type Definition,
  type ReadingOptions,
  readDefinition,
  readDefinitions,
  readEachDefinition,
} from './read-definitions.ts';
export { findServiceFiles, listServiceFiles } from './service-files.ts';
