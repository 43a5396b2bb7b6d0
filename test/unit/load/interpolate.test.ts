import { describe, expect, it } from 'vitest';
import type { Span } from '../../../src/model/diagnostic.js';
import { expander } from '../../../src/load/interpolate.js';
import { lookUpIn } from '../../../src/load/look-up.js';
import { Problems } from '../../../src/load/problems.js';
import { project, said, saidOf, service, web } from './read.js';

const placeOf = (index: number): Span => ({ file: 'f', line: 1, column: index + 1 });

function expand(text: string): { value: string | undefined; said: string[] } {
  const problems = new Problems(() => null);
  const value = expander(lookUpIn({ A: 'a', EMPTY: '', D: '$A' }), problems)(text, placeOf);
  return { value, said: problems.inOrder('f').map(({ at, message }) => `${at!.column} ${message}`) };
}

describe('interpolation', () => {
  it.each([
    ['$A-${A}', 'a-a'],
    ['$$A $${A} $$$A', '$A ${A} $a'],
    ['${B:-b} ${EMPTY:-b} ${EMPTY-b} ${B-b} ${A:-b}', 'b b  b a'],
    ['${B:-${C:-${A}}}', 'a'],
    ['${B:-x $$ y}', 'x $ y'],
    ['${A:?no} ${EMPTY?no}', 'a '],
    ['${A:-${B:?never}} ${A:-$NEVER}', 'a a'],
    ['$ $1 $(date) $? 5$', '$ $1 $(date) $? 5$'],
    ['$D', '$A'],
    ['{$A}', '{a}'],
  ])('%s', (text, value) => {
    expect(expand(text)).toEqual({ value, said: [] });
  });

  it('warns once of a name that is not set, with its place', () => {
    expect(expand('x $B ${B} $C')).toEqual({
      value: 'x   ',
      said: ['3 B is not set and becomes empty', '11 C is not set and becomes empty'],
    });
  });

  it.each([
    ['a ${', '3 "${" is not a variable'],
    ['${}', '1 "${}" is not a variable'],
    ['${A B}', '1 "${A" is not a variable'],
    ['${1}', '1 "${1}" is not a variable'],
    ['x${A:-b', '2 "${A:-b" is not a variable'],
    ['${A:+b}', '1 "${A:+b}" is not a variable'],
    ['${B:?is needed}', '1 B must be set: is needed'],
    ['${EMPTY:?}', '1 EMPTY must be set'],
    ['${A:-'.repeat(5000), '101 "${A:-${A:-${A:-${A:-${A:-${A:-" is not a variable'],
  ])('refuses %s', (text, expected) => {
    expect(expand(text)).toEqual({ value: undefined, said: [expected] });
  });

  it('never changes the structure of the file', () => {
    const over = { environment: { X: 'a: b\n- c', Y: '[80, 81]' } };
    expect(service('web: {image: x, command: [$X], user: $Y}', over)).toMatchObject({
      command: ['a: b\n- c'],
      user: '[80, 81]',
    });
  });

  it('leaves keys alone', () => {
    expect(Object.keys(web('environment: {$A: x}').environment)).toEqual(['$A']);
  });

  it('reads a value as the type of its key', () => {
    const over = { environment: { SHARES: '512', TTY: 'true', LIMIT: '1g' } };
    const text = 'web: {image: x, cpu_shares: $SHARES, tty: "${TTY}", mem_limit: $LIMIT, privileged: "${P:-no}"}';
    expect(service(text, over)).toMatchObject({ cpuShares: 512, tty: true, memLimit: 1024 ** 3, privileged: false });
  });

  it('knows places inside of texts on one line', () => {
    expect(
      saidOf('command: echo ${', `user: "x \${"`, 'working_dir: "\\u002fx ${"').map((text) => text.split(' ')[0]),
    ).toEqual(['3:17', '4:12', '5:16']);
  });

  it('says nothing more of a value that could not be filled in', () => {
    expect(said('web: {image: "${X:?is needed}"}')).toEqual(['1:15 X must be set: is needed']);
    expect(said('web: {image: x, ports: ["${"], environment: {A: "${"}, ulimits: {nofile: "${"}}')).toHaveLength(3);
  });

  it('loads with a warning where a variable is not set', () => {
    expect(project('web: {image: nginx, user: $NOBODY}').services.get('web')!.user).toBeNull();
    expect(said('web: {image: nginx, user: $NOBODY}')).toEqual([
      '1:27 warning: NOBODY is not set and becomes empty (set it, give a default with ${NOBODY:-…}, or write $$ for a dollar sign)',
    ]);
  });
});
