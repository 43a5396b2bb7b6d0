/** The value of a key that may come from anybody: `constructor` and `__proto__` have one only where it was put in. */
export const ownValue = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
