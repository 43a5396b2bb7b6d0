import { describe, expect, it } from 'vitest';
import { readDotEnv, readEnvLines } from '../../../src/load/dot-env.js';
import { load, said, service } from './read.js';

describe('readDotEnv', () => {
  it.each([
    ['A=1\nB = two words  \r\nexport C=3', { A: '1', B: 'two words', C: '3' }],
    ['# comment\n\nA=1 # one\nB=a#b\nC=#none', { A: '1', B: 'a#b', C: '' }],
    [`A='$x # y'\nB="a\\n\\"b\\" \\$c"\nC=""`, { A: '$x # y', B: 'a\n"b" $c', C: '' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ['A=1\nA=2\nnonsense\n=x', { A: '2' }],
    ['\uFEFFA=b=c', { A: 'b=c' }],
    ['A=\nB=x', { A: '', B: 'x' }],
  ])('%j', (text, expected) => {
    expect(readDotEnv(text)).toEqual(expected);
  });

  it('is safe with __proto__', () => {
    expect(Object.entries(readDotEnv('__proto__=x'))).toEqual([['__proto__', 'x']]);
  });
});

describe('readEnvLines', () => {
  it('keeps quotes, splits at the first "=" and numbers the lines', () => {
    expect(readEnvLines('\n # c\n  A="b=c" \nB\nC=')).toEqual([
      { line: 3, name: 'A', text: '"b=c"' },
      { line: 4, name: 'B', text: null },
      { line: 5, name: 'C', text: '' },
    ]);
  });
});

describe('env_file', () => {
  const files: Record<string, string> = {
    '/shop/a.env': 'A=1\nB=1\nHOME\nNONE\n',
    '/etc/b.env': 'B=2\nC=2\n',
    '/shop/bin': '\0',
  };
  const over = { readText: (path: string) => files[path] };

  it('lets later files win, and environment over all', () => {
    const text = 'web: {image: x, env_file: [a.env, /etc/b.env], environment: {C: 3, NONE: }}';
    expect(service(text, over).environment).toEqual({ A: '1', B: '2', C: '3', HOME: '/home/me' });
  });

  it('tells of files that cannot be read', () => {
    expect(said('web: {image: x, env_file: [none, bin, docker]}', over)).toEqual([
      '1:28 env file "none" does not exist (looked for /shop/none)',
      '1:34 env file "bin" is not a text file',
      '1:39 env file "docker" is a directory',
    ]);
  });

  it('reads each file once, and tells a bad line where it stands', () => {
    let reads = 0;
    const readText = (): string => {
      reads += 1;
      return 'A=1\nexport B=2\n';
    };
    const { result } = load('a: {image: x, env_file: x}\nb: {image: x, env_file: x}', { readText });
    expect(result).toMatchObject({ ok: false, problems: [{ at: { file: '/shop/x', line: 2 }, source: 'export B=2' }] });
    expect(reads).toBe(1);
  });
});
