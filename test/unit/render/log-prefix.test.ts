import { describe, expect, it } from 'vitest';
import { LogNames, logLineText, logPrefix } from '../../../src/render/log-prefix.js';

const prefixes = (names: readonly string[], colour: boolean): string[] =>
  logPrefix(names, colour).map((of) => of.prefix);

describe('log prefixes', () => {
  it('are aligned to the longest name', () => {
    expect(prefixes(['web_1', 'redis_1'], false)).toEqual(['web_1    | ', 'redis_1  | ']);
  });

  it('have a colour only when asked, in the order of fig, the second six intense', () => {
    const names = Array.from({ length: 13 }, (_, at) => `s${at}`);
    const codes = prefixes(names, true).map((prefix) => Number(prefix.slice(2, prefix.indexOf('m'))));
    expect(codes).toEqual([36, 33, 32, 35, 31, 34, 96, 93, 92, 95, 91, 94, 36]);
  });

  it('drop the carriage return of a CR LF and nothing else', () => {
    expect(['a\r', ' 10%\r 20%', '\u001b[31mred', ''].map(logLineText)).toEqual([
      'a',
      ' 10%\r 20%',
      '\u001b[31mred',
      '',
    ]);
  });
});

describe('the names of a run', () => {
  it('are without the project, once it is known', () => {
    const names = new LogNames({ colour: false, prefix: true });
    names.add(['shop_web_1', 'legacy']);
    expect(names.styleOf('shop_web_1').prefix).toBe('shop_web_1  | ');
    names.useProject('shop');
    expect(names.styleOf('shop_web_1').prefix).toBe('web_1   | ');
    expect(names.styleOf('legacy').prefix).toBe('legacy  | ');
  });

  it('take in a container that was not announced', () => {
    const names = new LogNames({ colour: false, prefix: true });
    names.useProject('shop');
    expect(names.styleOf('shop_db_1').prefix).toBe('db_1  | ');
    expect(names.styleOf('shop_redis_1').prefix).toBe('redis_1  | ');
    expect(names.styleOf('shop_db_1').prefix).toBe('db_1     | ');
  });

  it('are left out when no prefix is wanted', () => {
    expect(new LogNames({ colour: true, prefix: false }).styleOf('shop_db_1').prefix).toBe('');
  });
});
