// shlex saves getting the quoting of a shell wrong.
import { quote } from 'shlex';
import type { Deployment, Unit } from './deployment.js';

/** Words as a shell reads them. */
export const shellWords = (words: readonly string[]): string => words.map((word) => quote(word)).join(' ');

/** The environment, and tsfig as `"$@"`, with the variables of a folder `env` where somebody has made one. */
export function prologue({ environment, tsfig }: Deployment, readEnv: string): string[] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)}`);
  return [
    ...(variables.length > 0 ? [`export ${variables.join(' ')}`] : []),
    `set -- ${shellWords(tsfig)}`,
    `[ ! -d ./env ] || set -- ${readEnv} ./env "$@"`,
  ];
}

export const script = (...lines: readonly string[]): string => `${['#!/bin/sh', ...lines].join('\n')}\n`;

interface Codes {
  /** What to do after an end that is no failure and not to be followed by another start; null: nothing. */
  readonly whenDone: string;
  readonly comment: string;
}

/** What becomes of an exit code between two runs. Short, because a supervisor that is to stop waits for it. */
export function finishScript(unit: Unit, head: string, { whenDone, comment }: Codes): string {
  const cases =
    unit.kind === 'job'
      ? ['  75) sleep 5 ;; # another process runs this job', '  125) sleep 2 ;; # tsfig or the engine failed']
      : [
          ...(unit.isDoneWithZero ? [`  0) ${whenDone} ;; # its file wants it started again only when it fails`] : []),
          '  129 | 130 | 143) ;; # stopped',
          '  *) sleep 2 ;; # not at once again',
        ];
  return script(head, comment, 'case $1 in', ...cases, 'esac');
}
