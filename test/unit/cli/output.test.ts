import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeOutput, type OutputOptions } from '../../../src/cli/output.js';
import { safe } from '../../../src/lib/safe-text.js';
import type { RunEvent } from '../../../src/model/event.js';
import * as p from '../render/plans.js';

/** Remembers what was written; with `slow`, takes a piece only when told to. */
class Reader extends Writable {
  text = '';
  writes = 0;
  longest = 0;
  isTTY = false;
  columns = 60;
  rows = 10;
  #take: (() => void) | null = null;

  constructor(readonly slow = false) {
    super({ highWaterMark: 16 * 1024, decodeStrings: false });
  }

  override _write(piece: string | Buffer, _encoding: string, callback: () => void): void {
    const text = piece.toString();
    this.text += text;
    this.writes += 1;
    this.longest = Math.max(this.longest, text.length);
    if (this.slow) this.#take = callback;
    else callback();
  }

  /** Lets go of the piece that is held. */
  take(): boolean {
    const take = this.#take;
    this.#take = null;
    take?.();
    return take !== null;
  }
}

const failing = (code: string): Writable =>
  new Writable({ write: (_piece, _encoding, callback) => callback(Object.assign(new Error(code), { code })) });

const open = (
  options: Partial<OutputOptions> = {},
): { out: Reader; err: Reader; output: ReturnType<typeof makeOutput> } => {
  const out = new Reader();
  const err = new Reader();
  return { out, err, output: makeOutput({ stdout: out, stderr: err, mode: 'plain', colour: false, ...options }) };
};
const log = (text: string, container = 'shop_web_1'): RunEvent => ({
  kind: 'log-line',
  container,
  stream: 'stdout',
  text,
});
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const untilWritten = async (reader: Reader, text: string): Promise<void> =>
  vi.waitFor(() => expect(reader.text).toContain(text));

afterEach(() => {
  vi.useRealTimers();
});

describe('output', () => {
  it('sends containers’ lines to standard output, everything else to standard error', async () => {
    const { out, err, output } = open();
    const web = [p.create('shop_web_1'), p.start('shop_web_1')];
    const events: RunEvent[] = [
      p.ready(p.plan(web)),
      ...web.map((of) => p.done(of)),
      { kind: 'attached', project: 'shop', containers: ['shop_web_1'] },
      log('hello\r'),
      { kind: 'container-exited', container: 'shop_web_1', exitCode: 3, restarting: false },
      { kind: 'stopping' },
    ];
    for (const event of events) await output.emit(event);
    await output.close();
    expect(out.text).toMatchInlineSnapshot(`
      "Attaching to shop_web_1
      web_1  | hello
      shop_web_1 exited with code 3
      "
    `);
    expect(err.text).toMatchInlineSnapshot(`
      "Creating shop_web_1 ... done
      Gracefully stopping... (press Ctrl+C again to force)
      "
    `);
  });

  it('gathers lines that come together into few writes', async () => {
    const { out, output } = open();
    for (let line = 0; line < 1000; line += 1) void output.emit(log(`line ${line}`));
    await turn();
    expect(out.writes).toBe(1);
    expect(out.text.split('\n')).toHaveLength(1001);
  });

  it('writes the first line at once, and what comes right after it together, a moment later', async () => {
    const { out, output } = open();
    for (let line = 0; line < 100; line += 1) {
      void output.emit(log(`line ${line}`));
      await turn();
      if (line === 0) expect(out.text).toBe('shop_web_1  | line 0\n');
    }
    await untilWritten(out, 'line 99');
    expect(out.writes).toBeLessThan(50);
    expect(out.text.split('\n')).toHaveLength(101);
  });

  it('does not keep what comes right after a write back from the end', async () => {
    const { out, output } = open();
    void output.emit(log('one'));
    await turn();
    void output.emit(log('two'));
    await output.close();
    expect(out.text).toBe('shop_web_1  | one\nshop_web_1  | two\n');
  });

  it('keeps the order of the two streams', async () => {
    const order: string[] = [];
    const named = (name: string): Writable =>
      new Writable({
        write: (piece: Buffer, _encoding, callback) => {
          order.push(`${name}: ${String(piece).trim()}`);
          callback();
        },
      });
    const { output } = open({ stdout: named('out'), stderr: named('err') });
    void output.emit(log('one'));
    void output.emit({ kind: 'stopping' });
    void output.emit(log('two'));
    await output.close();
    expect(order.map((line) => line.slice(0, 8))).toEqual(['out: sho', 'err: Gra', 'out: sho']);
  });

  it('writes JSON lines with a running number, and no secrets', async () => {
    const { out, err, output } = open({ mode: 'json', now: () => 5 });
    void output.emit(p.started(p.create('shop_web_1')));
    void output.emit(log('hello'));
    await output.close();
    expect(out.text).toBe(
      '{"v":1,"seq":2,"at":5,"kind":"log-line","container":"shop_web_1","stream":"stdout","text":"hello"}\n',
    );
    expect(JSON.parse(err.text)).toMatchObject({ v: 1, seq: 1, kind: 'step-started' });
    expect(err.text).not.toContain('s3cret');
  });

  it('prints results with one newline, and resolves when they were taken', async () => {
    const { out, output } = open();
    await output.result(safe`a table`);
    await output.result(safe`another\n`);
    await output.result(safe``);
    expect(out.text).toBe('a table\nanother\n');
  });

  it('passes bytes on as they are, after the text before them', async () => {
    const { out, err, output } = open();
    void output.emit(log('x'));
    await output.raw('stdout', Buffer.from('no newline'));
    await output.raw('stderr', Buffer.from('bad'));
    expect(out.text).toBe('shop_web_1  | x\nno newline');
    expect(err.text).toBe('bad');
  });
});

describe('a slow reader', () => {
  it('is waited for, with bounded memory and nothing lost', async () => {
    const out = new Reader(true);
    const { output } = open({ stdout: out });
    let emitted = 0;
    const flood = (async () => {
      for (; emitted < 20_000; emitted += 1) await output.emit(log(`${emitted} ${'x'.repeat(50)}`));
    })();
    await turn();
    await turn();
    const stuckAt = emitted;
    expect(stuckAt).toBeLessThan(2000); // about 64 kB
    await turn();
    expect(emitted).toBe(stuckAt);
    while (emitted < 20_000) {
      out.take();
      await turn();
    }
    await flood;
    const closed = output.close();
    const taking = setInterval(() => out.take(), 1);
    await closed;
    clearInterval(taking);
    expect(out.text.trimEnd().split('\n')).toHaveLength(20_000);
    expect(out.longest).toBeLessThan(100_000);
  });

  it('that goes away lets everybody who waits go on', async () => {
    const out = new Reader(true);
    const closed = vi.fn();
    const { output } = open({ stdout: out, onClosed: closed });
    const waiting = output.emit(log('x'.repeat(100_000)));
    expect(waiting).toBeInstanceOf(Promise);
    out.destroy();
    await waiting;
    await output.close();
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it('loses progress in JSON rather than memory', async () => {
    const err = new Reader(true);
    const { output } = open({ stderr: err, mode: 'json' });
    const pull = p.pull('nginx', 'web');
    const progress = { part: 'a', status: 'Downloading', doneBytes: 1, totalBytes: 2 };
    for (let at = 0; at < 50_000; at += 1) void output.emit({ kind: 'step-progress', step: pull, progress });
    await turn();
    expect(err.text.length + err.writableLength).toBeLessThan(400_000);
  });
});

describe('a closed pipe', () => {
  it('is told once, and what comes after is dropped quietly', async () => {
    const closed = vi.fn();
    const { err, output } = open({ stdout: failing('EPIPE'), onClosed: closed });
    for (let at = 0; at < 10; at += 1) {
      await output.emit(log('x'));
      await turn();
    }
    await output.result(safe`more`);
    await output.close();
    expect(closed).toHaveBeenCalledTimes(1);
    expect(err.text).toBe('');
  });

  it('is not mistaken for a full disk, which is said', async () => {
    const closed = vi.fn();
    const { err, output } = open({ stdout: failing('ENOSPC'), onClosed: closed });
    await output.result(safe`table`);
    await output.close();
    expect(err.text).toBe('error: cannot write to standard output: ENOSPC\n');
    expect(closed.mock.calls[0]?.[0]).toMatchObject({ code: 'ENOSPC' });
  });

  it('of standard error harms nobody', async () => {
    const { out, output } = open({ stderr: failing('EPIPE') });
    for (let at = 0; at < 3; at += 1) {
      void output.emit({ kind: 'stopping' });
      await turn();
    }
    void output.emit(log('x'));
    await output.close();
    expect(out.text).toBe('shop_web_1  | x\n');
  });
});

describe('a renderer that fails', () => {
  it('is dropped with one line, and containers’ lines go on', async () => {
    const { out, err, output } = open();
    const broken = { kind: 'plan-ready', plan: null } as unknown as RunEvent;
    for (const event of [broken, broken, { kind: 'stopping' } as const, log('x')]) void output.emit(event);
    await output.close();
    expect(err.text).toMatch(/^tsfig cannot show what it does any more: .*\n$/);
    expect(out.text).toBe('shop_web_1  | x\n');
  });
});

/** What a terminal shows of the bytes; knows just the sequences that are used. */
function screenOf(text: string): { lines: string[]; isCursorHidden: boolean } {
  const lines = [''];
  let row = 0;
  let isCursorHidden = false;
  for (const [token] of text.matchAll(/\p{Cc}\[\??\d*[A-Za-z]|\r|\n|\P{Cc}+/gu)) {
    const up = /^\p{Cc}\[(\d+)A$/u.exec(token);
    if (token === '\n') row += 1;
    else if (up) row -= Number(up[1]);
    else if (token === '\u001b[2K') lines[row] = '';
    else if (token === '\u001b[J') lines.length = row;
    else if (token.startsWith('\u001b[?25')) isCursorHidden = token.endsWith('l');
    else if (token !== '\r') lines[row] = (lines[row] ?? '') + token;
    while (lines.length <= row) lines.push('');
  }
  return { lines, isCursorHidden };
}

describe('a terminal', () => {
  const terminal = (): { screen: Reader; output: ReturnType<typeof makeOutput> } => {
    const screen = new Reader();
    screen.isTTY = true;
    return { screen, output: makeOutput({ stdout: screen, stderr: screen, mode: 'tty', colour: false }) };
  };
  const web = [p.create('shop_web_1'), p.start('shop_web_1')] as const;
  const db = [p.create('shop_db_1'), p.start('shop_db_1')] as const;

  it('shows the live view below the lines of containers', async () => {
    const { screen, output } = terminal();
    void output.emit(p.ready(p.plan([...db, ...web], { unchanged: ['shop_redis_1'] })));
    void output.emit(p.started(db[0]));
    await untilWritten(screen, 'Creating shop_db_1');
    void output.emit(log('hello', 'shop_redis_1'));
    await untilWritten(screen, 'hello');
    expect(screenOf(screen.text)).toMatchObject({
      lines: [
        'shop_redis_1 is up-to-date',
        'redis_1  | hello',
        expect.stringMatching(/^Creating shop_db_1 \.\.\. [|/\\-]$/),
        '',
      ],
      isCursorHidden: true,
    });
    for (const of of [...db, ...web]) void output.emit(p.done(of));
    void output.emit(log('bye', 'shop_redis_1'));
    await output.close();
    expect(screenOf(screen.text)).toEqual({
      lines: [
        'shop_redis_1 is up-to-date',
        'redis_1  | hello',
        'Creating shop_db_1 ... done',
        'Creating shop_web_1 ... done',
        'redis_1  | bye',
        '',
      ],
      isCursorHidden: false,
    });
  });

  it('shows a failure above the view, with the last lines of a build', async () => {
    const { screen, output } = terminal();
    const build = p.build('web');
    void output.emit(p.ready(p.plan([build, ...web])));
    void output.emit(p.started(build));
    void output.emit({ kind: 'step-output', step: build, text: 'RUN false\n' });
    void output.emit(p.failed(build, 'cannot build web: RUN false ended with 1'));
    for (const of of web) void output.emit(p.skipped(of, build.id));
    await output.close();
    expect(screenOf(screen.text).lines).toMatchInlineSnapshot(`
      [
        "RUN false",
        "ERROR: for web  cannot build web: RUN false ended with 1",
        "Building web ... error",
        "Creating shop_web_1 ... skipped  because building web failed",
        "",
      ]
    `);
  });

  it('is redrawn at most ten times a second, however much happens', async () => {
    vi.useFakeTimers();
    const { screen, output } = terminal();
    void output.emit(p.started(web[0]));
    for (let at = 0; at < 1000; at += 1) {
      void output.emit({ kind: 'step-output', step: web[0], text: `line ${at}` });
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(screen.text.split('Creating shop_web_1').length - 1).toBeLessThanOrEqual(11);
    await output.close();
  });

  it('leaves no timer behind and gives the cursor back, even in the middle of the work', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { screen, output } = terminal();
    void output.emit(p.ready(p.plan(web)));
    void output.emit(p.started(web[0]));
    await vi.advanceTimersByTimeAsync(300);
    expect(vi.getTimerCount()).toBe(1);
    expect(screenOf(screen.text).isCursorHidden).toBe(true);
    await output.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(screenOf(screen.text).isCursorHidden).toBe(false);
    await output.emit(log('too late'));
    expect(screen.text).not.toContain('too late');
  });
});
