/**
 * What an answer must look like where it is used: a description that a value is compared with, and from which its type is
 * inferred. What is not described may be anything; what is described must be as it says, and is then never looked at again.
 */
export interface Shape<T> {
  /** What does not fit, in words, such as `answer[0].Names is 42, not a list`; undefined when all fits. `at` is the value's name. */
  readonly misfit: (value: unknown, at: string) => string | undefined;
  /** For the compiler only: what a value that fits is. */
  readonly type?: T;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

function shape<T>(what: string, fits: (value: unknown) => boolean, parts: Shape<T>['misfit'] = fine): Shape<T> {
  return {
    misfit: (value, at) => (fits(value) ? parts(value, at) : `${at} is ${show(value)}, not ${what}`),
  };
}

const fine = (): undefined => undefined;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = shape<string>('a string', (value) => typeof value === 'string');
export const number = shape<number>('a number', (value) => typeof value === 'number');
export const boolean = shape<boolean>('true or false', (value) => typeof value === 'boolean');
export const anything = shape<unknown>('anything', () => true);

/** Engines leave out what is empty, or send null for it. */
export const maybe = <T>({ misfit }: Shape<T>): Shape<T | null | undefined> => ({
  misfit: (value, at) => (value === undefined || value === null ? undefined : misfit(value, at)),
});

export const list = <T>(entry: Shape<T>): Shape<readonly T[]> =>
  shape('a list', Array.isArray, (value, at) =>
    firstOf(value as readonly unknown[], (each, index) => entry.misfit(each, `${at}[${index}]`)),
  );

/** Any names, one shape. */
export const record = <T>(entry: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  shape('an object', isRecord, (value, at) =>
    firstOf(Object.entries(value as object), ([name, each]) => entry.misfit(each, `${at}.${name}`)),
  );

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Optional<S extends Shapes> = { [K in keyof S]: undefined extends Infer<S[K]> ? K : never }[keyof S];
type ObjectOf<S extends Shapes> = { readonly [K in Exclude<keyof S, Optional<S>>]: Infer<S[K]> } & {
  readonly [K in Optional<S>]?: Infer<S[K]>;
};

export const object = <S extends Shapes>(parts: S): Shape<ObjectOf<S>> => {
  const entries = Object.entries(parts);
  return shape('an object', isRecord, (value, at) =>
    firstOf(entries, ([name, part]) => part.misfit((value as Record<string, unknown>)[name], `${at}.${name}`)),
  );
};

function firstOf<T>(values: readonly T[], misfit: (value: T, index: number) => string | undefined): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = misfit(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Not a string itself: it may be long, and may be a secret of a container. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a string';
  return isRecord(value) ? 'an object' : JSON.stringify(value); // null, a number, true or false
}
