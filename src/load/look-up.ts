import { ownValue } from '../lib/own-value.js';

/** The value of a variable of tsfig's own environment; undefined when it has none. */
export type LookUp = (name: string) => string | undefined;

export const lookUpIn =
  (environment: Readonly<Record<string, string | undefined>>): LookUp =>
  (name) =>
    ownValue(environment, name);
