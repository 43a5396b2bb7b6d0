import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../../src/cli/program.js';

interface Start {
  readonly commandIn: (words: readonly string[]) => string;
  readonly WITH_VALUE: readonly string[];
}

const { commandIn, WITH_VALUE } = createRequire(import.meta.url)('../../../bin/tsfig.js') as Start;

describe('the start of the program', () => {
  it.each([
    [['up', '-d'], 'up'],
    [['-f', 'fig.yml', '-p', 'shop', 'ps'], 'ps'],
    [['--no-color', '--file=x', 'logs', 'up'], 'logs'],
    [['run', 'web', 'ps'], 'run'],
    [['--version'], 'none'],
    [['help', 'up'], 'none'],
    [[], 'none'],
    [['../../etc'], 'none'],
  ])('sees in %j the command %s', (words, command) => {
    expect(commandIn(words)).toBe(command);
  });

  it('knows every option before the command that takes a value', () => {
    const { options } = makeProgram('0', () => Promise.resolve());
    const withValue = options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]);
    expect([...WITH_VALUE].toSorted()).toEqual(withValue.filter((flag) => flag !== undefined).toSorted());
  });
});
