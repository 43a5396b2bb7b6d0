import { describe, expect, it } from 'vitest';
import { readDotEnv, readEnvLines } from '../../../src/load/dot-env.js';
import type { FileText } from '../../../src/model/files.js';
import { filesOf, load, said, service } from './read.js';

const around = { file: '.env', lookUp: (name: string) => (name === 'SHELL_HAS' ? 'it' : undefined) };
const read = (text: string): { variables: object; said: string[] } => {
  const { variables, problems } = readDotEnv(text, around);
  return {
    variables: Object.fromEntries(variables),
    said: problems.map(
      ({ at, severity, message }) => `${severity === 'error' ? severity : (at?.line ?? '')} ${message}`,
    ),
  };
};

describe('readDotEnv', () => {
  it.each([
    ['A=1\nB = two words  \r\nexport C=3', { A: '1', B: 'two words', C: '3' }],
    ['# comment\n\nA=1 # one\nB=a#b\nC=#none', { A: '1', B: 'a#b', C: '' }],
    [`A='$x # y'\nB="a\\n\\"b\\" \\$c"\nC=""`, { A: '$x # y', B: 'a\n"b" $c', C: '' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ['A=1\nA=2\nnonsense\n', { A: '2' }],
    ['A=1\nB=http://${A}:${NONE:-80}/x\nC="${A} $A $$ \\${A}"', { A: '1', B: 'http://1:80/x', C: '1 $A $$ ${A}' }],
    [
      "A='${SHELL_HAS}'\nB=${SHELL_HAS}\nSHELL_HAS=other\nC=${SHELL_HAS}",
      { A: '${SHELL_HAS}', B: 'it', SHELL_HAS: 'other', C: 'it' },
    ],
    [`A='it\\'s'\nB: yaml\nC='C:\\dir\\'\nDÉ.x=1`, { A: "it's", B: 'yaml', C: 'C:\\dir\\', 'DÉ.x': '1' }],
    ['export\nexport A\nB', {}],
    ['\uFEFFA=b=c', { A: 'b=c' }],
    ['A=\nB=x', { A: '', B: 'x' }],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual({ variables: expected, said: [] });
  });

  it('is safe with __proto__', () => {
    expect([...readDotEnv('__proto__=x', around).variables]).toEqual([['__proto__', 'x']]);
  });

  it.each([
    ['A=1\nno name\nB=2', { A: '1', B: '2' }, ['2 this line says nothing and is left out']],
    ['=x\nA="not closed\nB=2', { B: '2' }, ['1 this line says nothing', '2 this line says nothing']],
    ['A="a" b # c\nB=2', { A: 'a', B: '2' }, ['1 what follows the closing quote is left out']],
    ['A=${NONE}x\nB=${NONE}', { A: 'x', B: '' }, ['1 NONE is not set and becomes empty']],
    ['A="\n"\nPASSWORD=${oops', { A: '\n', PASSWORD: '${oops' }, ['3 "${oops" is not a variable']],
    ['A=\0', {}, ['1 this is not a text file']],
  ])('warns of a line of .env that is wrong, and goes on: %j', (text, variables, expected) => {
    const found = read(text);
    expect(found.variables).toEqual(variables);
    expect(found.said).toEqual(expected.map((part) => expect.stringContaining(part) as string));
  });

  it('shows no line of a .env file: it may hold a secret', () => {
    const { problems } = readDotEnv('PASSWORD = "secret', around);
    expect(JSON.stringify(problems)).not.toContain('secret');
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
  const over = { files: filesOf(files) };

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

  it('tells why an env file or a build directory cannot be read, at the place that names it', () => {
    const closed = { kind: 'unreadable', reason: 'permission denied' } as const;
    const text = 'web: {image: x, env_file: closed.env}\ndb: {build: closed}';
    expect(said(text, { files: { readText: () => closed, kindOf: () => closed } })).toEqual([
      '1:27 env file "closed.env" cannot be read: permission denied (this is /shop/closed.env)',
      '2:13 the build directory "closed" cannot be read: permission denied (this is /shop/closed)',
    ]);
  });

  it('warns of quotes in an env file, which stay a part of the value', () => {
    const quotes = { files: filesOf({ '/shop/q.env': `A="x"\nB=it's\nC='y'\n` }) };
    expect(said('web: {image: x, env_file: q.env}', quotes)).toEqual([
      '1:3 warning: the quotes become part of the value (remove them: nothing in an env file needs quotes)',
      '3:3 warning: the quotes become part of the value (remove them: nothing in an env file needs quotes)',
    ]);
    expect(service('web: {image: x, env_file: q.env}', quotes).environment).toEqual({ A: '"x"', B: "it's", C: "'y'" });
  });

  it('reads each file once, and tells a bad line where it stands', () => {
    let reads = 0;
    const readText = (): FileText => {
      reads += 1;
      return { kind: 'text', text: 'A=1\nexport B=2\n' };
    };
    const { result } = load('a: {image: x, env_file: x}\nb: {image: x, env_file: x}', {
      files: { ...over.files, readText },
    });
    expect(result).toMatchObject({ ok: false, problems: [{ at: { file: '/shop/x', line: 2 }, source: 'export B=2' }] });
    expect(reads).toBe(1);
  });
});
