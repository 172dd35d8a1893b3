export { describesService } from './describes-service.ts';
export {
  type EmfOptions,
  type EmfSettings,
  emfFaults,
  emfObserver,
  emfOptionsIn,
  healthEmf,
} from './emf.ts';
export { emfWarnings } from './powertools.ts';
