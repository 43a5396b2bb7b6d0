import type { NetworkTarget } from '../engine.js';
import type { EngineCall } from './send-request.js';

/** Small makers of requests. */

export const nameOfNetwork = (network: NetworkTarget): string => (typeof network === 'string' ? network : network.name);
export const networkPath = (network: NetworkTarget): string =>
  `/networks/${encodeURIComponent(typeof network === 'string' ? network : (network.id ?? network.name))}`;

export const get = (path: string, query?: EngineCall['query']): EngineCall => ({
  method: 'GET',
  path,
  ...(query && { query }),
});
export const remove = (path: string, query?: EngineCall['query']): EngineCall => ({
  method: 'DELETE',
  path,
  ...(query && { query }),
});
export const post = (path: string, query: NonNullable<EngineCall['query']>, body?: object): EngineCall => ({
  method: 'POST',
  path,
  query,
  ...(body && { body }),
});
