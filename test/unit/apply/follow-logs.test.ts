import { expect, it } from 'vitest';
import { Follower } from '../../../src/apply/follow-logs.js';
import { watchProject } from '../../../src/apply/watch.js';
import type { Attachment } from '../../../src/engine/engine.js';
import { MemoryEngine } from '../../support/memory-engine.js';

it('an attachment that opens after the second signal is closed', async () => {
  const engine = new MemoryEngine();
  let open: (attachment: Attachment) => void = () => undefined;
  engine.attach = () => new Promise((resolve) => (open = resolve));
  const force = new AbortController();
  const watch = watchProject(engine, 'p', force.signal);
  const follower = new Follower({ engine, watch, emit: () => undefined, onExit: () => undefined });
  const container = { id: 'a', name: 'a' };
  const attaching = follower.attach({ container, tty: false, fromNow: false }, force.signal);
  force.abort(new Error('now'));
  await expect(attaching).rejects.toThrow('now');
  const closed = new Promise<void>((close) => {
    open({
      async *output() {},
      write: () => Promise.resolve(),
      endInput: () => undefined,
      close,
    } as unknown as Attachment);
  });
  await closed;
  expect(follower.containers).toEqual([]);
});
